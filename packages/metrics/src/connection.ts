import type { RedisOptions } from 'ioredis';

/**
 * The connection policy of reader and writer: reconnect without limit, at most a few times a
 * second. While there is no connection, commands fail at once instead of queueing. A command that
 * was running when the connection broke is not repeated.
 */
export const connectionOptions = (connectionName: string) =>
  ({
    connectionName,
    connectTimeout: 3000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 5), 2000),
  }) satisfies RedisOptions;

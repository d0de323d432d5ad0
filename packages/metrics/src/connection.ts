import type { RedisOptions } from 'ioredis';

/**
 * One policy for both ends: try to reconnect for ever, a few times a second at most; fail at once while there is no
 * connection (nothing queues up behind it), and don't repeat what was under way when it broke.
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

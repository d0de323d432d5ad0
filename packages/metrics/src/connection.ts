import { hostIn, urlsOfHosts } from '@scheduler/runtime';
import { Redis, type RedisOptions } from 'ioredis';

const SENTINEL_PORT = 26_379;

/**
 * Opens the connection of a reader or writer. It reconnects without limit, at most a few times a
 * second. While there is no connection, commands fail at once instead of queueing. A command that
 * was running when the connection broke is not repeated.
 * @param url as in REDIS_URL; with Sentinels, each connection is opened to the primary that they
 * name then
 */
export function openRedis(
  url: string,
  connectionName: string,
  more: { commandTimeout?: number } = {},
): Redis {
  const policy = {
    connectionName,
    connectTimeout: 3000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 5), 2000),
    ...more,
  } satisfies RedisOptions;
  return url.startsWith('redis:') || url.startsWith('rediss:')
    ? new Redis(url, policy)
    : new Redis({ ...policy, ...sentinelOptions(url) });
}

/** Reads a URL such as `redis+sentinel://user:password@a:26379,b:26379/name/db`. */
function sentinelOptions(url: string) {
  const hosts = urlsOfHosts(url).map((one) => new URL(one)) as [URL, ...URL[]];
  const [{ protocol, username, password, pathname, searchParams }] = hosts;
  const [, name = '', db = '0'] = pathname.split('/').map(decodeURIComponent);
  const sentinelPassword = searchParams.get('sentinel_password');
  return {
    name,
    db: Number(db),
    sentinels: hosts.map((url) => ({ host: hostIn(url), port: Number(url.port || SENTINEL_PORT) })),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(protocol === 'rediss+sentinel:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  } satisfies RedisOptions;
}

import { createFirewall, type Firewall } from '@scheduler/db/testing';
import type { Infrastructure } from '../infrastructure.ts';
import type { Random } from './random.ts';

/** The processes of one kind, which reach Postgres and Redis over a network of their own. */
interface Side {
  /** The services as these processes reach them. */
  infrastructure: Infrastructure;
  firewalls: Firewall[];
}

/** The networks between the apps and their services. Their connections die, or are silent for a while. */
export interface Network {
  server: Infrastructure;
  workers: Infrastructure;
  /** Holds back everything on all connections of one side until {@link release}. */
  hold(side: 'server' | 'workers'): void;
  release(): void;
  /** Makes about half of the connections of one side dead for ever, without closing them. */
  forget(side: 'server' | 'workers', random: Random): void;
  /** Closes the connections that are dead. */
  bury(): void;
  close(): Promise<void>;
}

async function openSide(infrastructure: Infrastructure): Promise<Side> {
  const env = { ...infrastructure.env };
  const firewalls: Firewall[] = [];
  for (const name of ['DATABASE_URL', 'REDIS_URL']) {
    const url = env[name];
    if (!url) continue;
    const firewall = await createFirewall(url);
    firewalls.push(firewall);
    env[name] = firewall.url;
  }
  return { infrastructure: { ...infrastructure, env }, firewalls };
}

/** Puts a network between the apps and their services. The harness itself reaches them without it. */
export async function openNetwork(infrastructure: Infrastructure): Promise<Network> {
  const sides = { server: await openSide(infrastructure), workers: await openSide(infrastructure) };
  const all = [...sides.server.firewalls, ...sides.workers.firewalls];
  const release = () => {
    for (const firewall of all) firewall.release();
  };
  return {
    server: sides.server.infrastructure,
    workers: sides.workers.infrastructure,
    hold: (side) => {
      for (const firewall of sides[side].firewalls) firewall.hold();
    },
    release,
    forget: (side, random) => {
      for (const firewall of sides[side].firewalls) firewall.forget(() => random.chance(0.5));
    },
    bury: () => {
      for (const firewall of all) firewall.closeForgotten();
    },
    close: async () => {
      for (const firewall of all) await firewall.close();
    },
  };
}

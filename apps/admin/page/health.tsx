import { HoldBack, LetPass } from './actions.tsx';
import { formatDuration, formatSize } from './format.ts';
import type { Overview } from './trpc.ts';
import { Ago, At, Badge, Facts, Panel } from './ui.tsx';

export function Health(props: { overview: Overview; mayAct: boolean }) {
  const { facts, redis } = props.overview;
  const { postgres, crossmark } = facts;
  return (
    <Panel
      id="health"
      title="Crossmark, Postgres and Redis"
      aside={props.mayAct && (crossmark.state === 'reachable' ? <HoldBack /> : <LetPass />)}
    >
      <Facts
        rows={[
          [
            'Crossmark',
            crossmark.state === 'reachable' ? (
              <Badge key="badge" state="synced">
                Calls pass
              </Badge>
            ) : (
              <Badge key="badge" state="waiting">
                {crossmark.byHand ? 'Calls held back by hand' : 'Calls held back'}
                {crossmark.since && (
                  <>
                    {' since '}
                    <At at={crossmark.since} now={facts.at} />
                  </>
                )}
              </Badge>
            ),
          ],
          [
            'Last probe',
            crossmark.lastProbeAt ? (
              <Ago key="probe" at={crossmark.lastProbeAt} now={facts.at} />
            ) : (
              'none needed yet'
            ),
          ],
          ...(crossmark.nextProbeAt
            ? ([['Next probe', <At key="next" at={crossmark.nextProbeAt} now={facts.at} />]] as const)
            : []),
        ]}
      />
      <div className="my-3 border-t border-line" />
      <Facts
        rows={[
          [
            'Postgres',
            <Badge key="badge" state="synced">
              Answers in {formatDuration(Math.max(1, postgres.pingMs))}
            </Badge>,
          ],
          ['Version', postgres.version],
          ['Connections', `${postgres.connections} of ${postgres.maxConnections}`],
          ['Size', formatSize(postgres.sizeBytes)],
        ]}
      />
      <div className="my-3 border-t border-line" />
      <RedisFacts redis={redis} now={facts.at} />
    </Panel>
  );
}

function RedisFacts({ redis, now }: { redis: Overview['redis']; now: string }) {
  if (redis.state !== 'connected') {
    return (
      <Facts
        rows={[
          [
            'Redis',
            <Badge key="badge" state="waiting">
              {redis.state === 'gone' ? (
                <>
                  Gone since <At at={redis.since} now={now} />
                </>
              ) : (
                'Not configured'
              )}
            </Badge>,
          ],
        ]}
      />
    );
  }
  return (
    <Facts
      rows={[
        [
          'Redis',
          <Badge key="badge" state="synced">
            Answers in {formatDuration(Math.max(1, redis.pingMs))}
          </Badge>,
        ],
        ['Connected', <Ago key="ago" at={redis.since} now={now} />],
        ['Memory', redis.usedMemoryBytes === null ? 'unknown' : formatSize(redis.usedMemoryBytes)],
      ]}
    />
  );
}

import { describe, expect, test } from 'vitest';
import {
  ANN,
  BEN,
  connect,
  EVENT,
  hostAnswering,
  manyPlans,
  OTHER_CLUB,
  PLAN,
  simulate,
} from './test-support.ts';

describe('people', () => {
  test('available reps are parsed from the object keyed by rep id', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    expect(await client.availableReps({ from: '2026-01-05', to: '2026-01-11' })).toEqual([
      {
        repId: ANN,
        employeeNumber: 'US100001',
        name: 'ANN ARCHER',
        lastName: 'ARCHER',
        role: null,
        email: 'ann@example.test',
        phone: null,
      },
      expect.objectContaining({ repId: BEN, employeeNumber: 'US100002', email: null }),
    ]);
    expect(simulator.log.at(-1)?.params).toEqual({ project: '01/05/2026 00:00:00,01/11/2026 23:59:59' });
  });

  test('a rep without a valid id or without a name hides no other rep', async () => {
    const url = await hostAnswering((_request, response) =>
      response.end(
        JSON.stringify({
          reps: {
            140001: { title: 'ANN ARCHER' },
            x: { title: 'NOBODY' },
            140002: { title: '\u0000' },
            3: 5,
          },
        }),
      ),
    );
    expect((await connect(url).availableReps()).map(({ repId, name }) => [repId, name])).toEqual([
      [ANN, 'ANN ARCHER'],
      [BEN, 'Rep 140002'],
    ]);
  });

  test.each([true, false])(
    'instructions are parsed from a map or a bare list (%s)',
    async (instructionsAsBareList) => {
      const simulator = await simulate({ instructionsAsBareList });
      simulator.putPlans({
        ...manyPlans(1)[0],
        ...EVENT,
        name: 'X',
        instructionsUrl: 'https://files.example.test/a.pdf',
      } as never);
      const events = [EVENT, { ...EVENT, storeId: OTHER_CLUB }];
      expect(await connect(simulator.url).instructions({ events })).toEqual([
        { mplanId: PLAN, instructionsUrl: 'https://files.example.test/a.pdf' },
        { mplanId: PLAN, instructionsUrl: null },
      ]);
    },
  );
});

describe('files', () => {
  const maxBytes = 10_000;

  test('a file of Crossmark’s own host is read with the session, byte for byte, and no larger than allowed', async () => {
    const simulator = await simulate();
    const client = connect(simulator.url);
    const url = `${simulator.url}/salestools/${PLAN}.pdf`;
    const answer = await client.file({ url, maxBytes });
    expect(answer.kind === 'file' && answer.bytes.toString('latin1', 0, 8)).toBe('%PDF-1.4');
    expect(await client.file({ url, maxBytes: 100 })).toEqual({ kind: 'tooLarge' });
    simulator.expireSessions();
    expect(await client.file({ url, maxBytes })).toMatchObject({ kind: 'file' });
    const outcomes = simulator.log.filter(({ call }) => call === 'salesTool').map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['answered', 'answered', 'expired', 'answered']);
    const missing = `${simulator.url}/salestools/99999999.pdf`;
    expect(await client.file({ url: missing, maxBytes })).toEqual({ kind: 'none', status: 404 });
  });

  test('bytes that are no text stay as they are; a redirect is answered and not followed', async () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256));
    const paths: string[] = [];
    const url = await hostAnswering((request, response) => {
      paths.push(request.url ?? '');
      if (request.url?.startsWith('/moved'))
        response.writeHead(302, { location: 'https://other.test/x' }).end();
      else response.end(bytes);
    });
    const client = connect(url);
    expect(await client.file({ url: `${url}/a.pdf?key=1`, maxBytes })).toEqual({ kind: 'file', bytes });
    expect(await client.file({ url: `${url}/moved`, maxBytes })).toEqual({
      kind: 'redirect',
      location: 'https://other.test/x',
    });
    expect(paths).toEqual(['/a.pdf?key=1', '/moved']);
    await expect(client.file({ url: 'https://other.test/x', maxBytes })).rejects.toMatchObject({
      kind: 'rejected',
    });
  });

  test('a file that fails says nothing about Crossmark’s health', async () => {
    const outcomes: unknown[] = [];
    const url = await hostAnswering((_request, response) => response.writeHead(500).end());
    const guard = { admit: async () => async (outcome: unknown) => void outcomes.push(outcome) };
    const client = connect(url, { guard });
    await expect(client.file({ url: `${url}/a.pdf`, maxBytes })).rejects.toMatchObject({ kind: 'transient' });
    expect(outcomes).toEqual(['answered', 'answered', 'cancelled']);
  });
});

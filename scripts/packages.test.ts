import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditPackages } from './lib/advisories.ts';
import { ROOT } from './lib/process.ts';

interface Component {
  purl: string;
  externalReferences?: { type: string; url: string; hashes?: { alg: string; content: string }[] }[];
}

test('the bill of materials names every package of the lockfile, from npm alone, each with its hash', () => {
  // The command of docs/operations.md, with only the lockfile, so that the result is the same on
  // every machine.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--lockfile-only'];
  const { stdout, status } = spawnSync('pnpm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });
  expect(status).toBe(0);
  const bill = JSON.parse(stdout) as { bomFormat: string; specVersion: string; components: Component[] };
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.7' });
  const listed = new Map(
    bill.components.map((component) => [
      decodeURIComponent(component.purl.replace('pkg:npm/', '')),
      component,
    ]),
  );

  const lockfile = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
  const [, packages = ''] = /^packages:\n([\s\S]*?)^snapshots:/m.exec(lockfile) ?? [];
  const locked = [...packages.matchAll(/^ {2}'?([^\s':]+)'?:$/gm)].map(([, name = '']) => name);
  expect(locked.length).toBeGreaterThan(300);
  const unsure = locked.filter((name) => {
    const source = listed.get(name)?.externalReferences?.find(({ type }) => type === 'distribution');
    return !source?.url.startsWith('https://registry.npmjs.org/') || !source.hashes?.length;
  });
  expect(unsure).toEqual([]);
});

/** Starts a registry that answers every request with one text. */
async function registryThat(status: number, answer: string) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

test.each([
  [405, 'not here'],
  [200, '<html>a proxy’s page</html>'],
  [503, ''],
])(
  'says in one line that nothing was checked where the registry gives no answer: %s',
  async (code, answer) => {
    const registry = await registryThat(code, answer);
    const { lines, status } = await auditPackages(registry.url);
    registry.close();
    expect(lines).toEqual([expect.stringMatching(/^Nothing was checked: [^\n]+ \(.+\)$/)]);
    expect(status).toBe(2);
  },
);

test('says which package is vulnerable, or that none is known to be', async () => {
  const advisory = {
    id: 1,
    url: 'https://github.com/advisories/GHSA-test',
    title: 'Reads too much',
    severity: 'high',
    vulnerable_versions: '<99',
    cwe: ['CWE-1'],
    cvss: { score: 7, vectorString: null },
  };
  const one = await registryThat(200, JSON.stringify({ zod: [advisory] }));
  expect(await auditPackages(one.url)).toEqual({
    lines: [expect.stringMatching(/^high: zod 4.* Reads too much \(https:.*GHSA-test\)$/)],
    status: 1,
  });
  one.close();
  const none = await registryThat(200, '{}');
  expect(await auditPackages(none.url)).toEqual({
    lines: ['The registry knows of no vulnerability in any package.'],
    status: 0,
  });
  none.close();
});

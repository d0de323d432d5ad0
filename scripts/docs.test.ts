import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { configurationPage } from './lib/configuration.ts';
import { ROOT } from './lib/process.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

test('docs/configuration.md says what the settings’ schemas say (after a change: pnpm docs:generate)', () => {
  expect(read('docs/configuration.md')).toBe(configurationPage());
});

test('.env.example explains every variable that docker-compose.yml reads, and no other', () => {
  const asked = new Set([...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
  const explained = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  expect(explained.sort()).toEqual([...asked].sort());
});

test.each(pages)('%s names only commands, files and pages that exist', (page) => {
  const text = read(page);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const builtIn = ['exec', 'install', 'run', 'dlx', 'approve', 'audit', 'sbom'];
  const commands = [...text.matchAll(/(?:`|^|&& )(?:npx -y )?pnpm(?:@12)? ([a-z][a-z:]*)/gm)].map(
    ([, name = '']) => name,
  );
  expect(commands.filter((name) => !builtIn.includes(name) && !(name in scripts))).toEqual([]);
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  const files = [...text.matchAll(/`((?:apps|packages|scripts|deploy|docs|e2e)\/[\w./@-]+)`/g)].map(
    ([, file = '']) => file,
  );
  expect(files.filter((file) => !file.includes('dist/') && !existsSync(join(ROOT, file)))).toEqual([]);
});

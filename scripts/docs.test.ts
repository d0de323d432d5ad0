import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { allSettings, configurationPage } from './lib/configuration.ts';
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

test('every list of settings says of each without a default whether it is required or optional, as its schema does', () => {
  const settings = allSettings();
  const wrong: string[] = [];
  let compared = 0;
  for (const page of ['README.md', 'docs/configuration.md']) {
    for (const [, names = '', standard = ''] of read(page).matchAll(
      /^\| (`[A-Z][^|]*) \| [^|]* \| ([^|]*) \|/gm,
    )) {
      const cells = standard.split(', ').map((cell) => cell.trim());
      if (cells.includes('none')) wrong.push(`${page}: ${names}: none`);
      for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) {
        const setting = settings.get(name);
        if (!setting) continue;
        compared += 1;
        if (cells.includes('**required**') !== setting.required) wrong.push(`${page}: ${name}: ${standard}`);
        if (cells[0] === 'optional' && setting.described.default) wrong.push(`${page}: ${name}: ${standard}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(35);
});

test('.env.example explains every variable that docker-compose.yml reads, and no other', () => {
  const names = new Set([...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
  const explained = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  expect(explained.sort()).toEqual([...names].sort());
});

test('docker-compose.yml gives each service the database account that it needs, and the superuser’s to one job', () => {
  const text = read('docker-compose.yml');
  const [, head = '', services = ''] = /^([\s\S]*)^services:\n([\s\S]*?)^networks:/m.exec(text) ?? [];
  const [, shared = ''] = /&database-url (.*)/.exec(head) ?? [];
  const accounts = Object.fromEntries(
    [...services.matchAll(/^ {2}(\w+):\n((?:(?: {3,}.*)?\n)+)/gm)].map(([, name, body = '']) => {
      const passwords = [...body.replace('*database-url', shared).matchAll(/\$\{(POSTGRES_\w+)/g)];
      const [, user] = /postgres:\/\/(\w+):/.exec(body.replace('*database-url', shared)) ?? [];
      return [name, { user, passwords: [...new Set(passwords.map(([, variable]) => variable))] }];
    }),
  );
  const app = { user: 'scheduler_app', passwords: ['POSTGRES_APP_PASSWORD'] };
  const none = { user: undefined, passwords: [] };
  const both = ['POSTGRES_MIGRATOR_PASSWORD', 'POSTGRES_APP_PASSWORD'];
  expect(accounts).toEqual({
    postgres: { user: undefined, passwords: ['POSTGRES_PASSWORD'] },
    redis: none,
    roles: { user: 'scheduler', passwords: ['POSTGRES_PASSWORD', ...both] },
    migrate: { user: 'scheduler_migrator', passwords: ['POSTGRES_MIGRATOR_PASSWORD'] },
    server: app,
    worker: app,
    admin: app,
    web: none,
    simulator: none,
    demo: { user: 'scheduler_migrator', passwords: ['POSTGRES_MIGRATOR_PASSWORD'] },
  });
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

test('docs/runbooks.md names the buttons, headings and pages of the apps by their real words', () => {
  const straight = (text: string) => text.replaceAll('’', "'");
  const sources = globSync('apps/{admin/page,admin/src,web/src}/**/*.{ts,tsx}', { cwd: ROOT })
    .filter((file) => !file.includes('.test.'))
    .map((file) => straight(read(file)))
    .join('\n');
  const isShown = (label: string) => {
    const words = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' N ', ' \\$\\{[^`\\n]+\\} ');
    return new RegExp(`(?:[>'"\`]|^\\s*)${words}…?(?:[<'"\`]|\\s*$)`, 'm').test(sources);
  };
  const labels = [...straight(read('docs/runbooks.md')).matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)].map(
    ([, label = '']) => label,
  );
  expect(labels.length).toBeGreaterThan(20);
  expect(labels.filter((label) => !isShown(label))).toEqual([]);
  expect(['keep ours', 'Try all again'].filter(isShown)).toEqual([]);
});

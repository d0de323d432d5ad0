import { SETTINGS as admin } from '@scheduler/admin/env';
import { RUN_SETTINGS } from '@scheduler/runtime';
import { ROLE_SETTINGS, SETTINGS as server } from '@scheduler/server/env';
import { SETTINGS as web } from '@scheduler/web/env';
import { SETTINGS as worker } from '@scheduler/worker/env';
import { z } from 'zod';

const APPS: Record<string, Record<string, z.ZodType>> = { server, worker, web, admin };
/** Commands that run once, with their settings besides DATABASE_URL. */
const JOBS: Record<string, Record<string, z.ZodType>> = { '`roles.js`': ROLE_SETTINGS };

/** The part of zod's JSON schema that describes one setting. */
interface Described {
  description?: string;
  default?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
}

/** A setting, combined from the schemas of all apps that read it. */
interface Setting {
  apps: string[];
  described: Described;
  /** Whether an app that reads it refuses to start without it. */
  required: boolean;
}

/** Returns every setting of the apps and of the command that creates the roles, by name. */
export function allSettings(): Map<string, Setting> {
  const rows = new Map<string, Setting>();
  for (const [app, own] of Object.entries({ ...APPS, ...JOBS })) {
    const shape: Record<string, z.ZodType> = { ...own, ...(app in APPS && RUN_SETTINGS) };
    const schema = z.toJSONSchema(z.object(shape), { io: 'input', unrepresentable: 'any' });
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      const row = rows.get(name) ?? {
        apps: [],
        described: field as Described,
        required: !shape[name]?.safeParse(undefined).success,
      };
      row.apps.push(app);
      rows.set(name, row);
    }
  }
  return rows;
}

/** Returns the text of docs/configuration.md, made from {@link allSettings}. */
export function configurationPage(): string {
  const lines = [...allSettings()]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, { apps, described, required }]) => {
      const who = apps.length === Object.keys(APPS).length ? 'all' : apps.join(', ');
      const withoutDefault = required ? '**required**' : 'optional';
      const standard = (described.default ?? '') === '' ? withoutDefault : `\`${described.default}\``;
      return `| \`${name}\` | ${who} | ${standard} | ${meaning(name, described)} |`;
    });
  return `${HEAD}\n${lines.join('\n')}\n`;
}

function meaning(name: string, { description, minimum, maximum, enum: choices }: Described): string {
  const words = description ?? (name.endsWith('_PORT') ? 'port to listen on' : '');
  if (choices) return [words, choices.map((choice) => `\`${choice}\``).join(', ')].filter(Boolean).join(': ');
  const limits = [
    minimum === undefined || Math.abs(minimum) > 1e15 ? '' : `from ${minimum}`,
    maximum === undefined || maximum > 1e15 ? '' : `to ${maximum}`,
  ].filter(Boolean);
  return [words, limits.length > 0 && !name.endsWith('_PORT') ? `(${limits.join(' ')})` : '']
    .filter(Boolean)
    .join(' ')
    .replaceAll('|', '\\|');
}

const HEAD = `# Configuration

Every setting is a variable of the process' environment. If a setting is missing or wrong, the app does not start and the
message names the setting and its form. Messages never repeat a value, because it may be a secret. An empty value counts as
unset. \`pnpm dev\` sets all settings. An app that reads a **required** setting does not start without it. An optional setting
has no default, and its line says what happens without it.

<!-- \`pnpm docs:generate\` writes this page from the schemas that read the settings. Change those, not this page. -->

| variable | read by | default | meaning |
|---|---|---|---|`;

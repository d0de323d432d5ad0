import { SETTINGS as admin } from '@scheduler/admin/env';
import { RUN_SETTINGS } from '@scheduler/runtime';
import { ROLE_SETTINGS, SETTINGS as server } from '@scheduler/server/env';
import { SETTINGS as web } from '@scheduler/web/env';
import { SETTINGS as worker } from '@scheduler/worker/env';
import { z } from 'zod';

const APPS: Record<string, Record<string, z.ZodType>> = { server, worker, web, admin };
/** Jobs that end by themselves, with what they read beside DATABASE_URL. */
const JOBS: Record<string, Record<string, z.ZodType>> = { '`roles.js`': ROLE_SETTINGS };

/** What zod's JSON schema says of one setting. */
interface Described {
  description?: string;
  default?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
}

/** A setting as the schemas that read it tell it. */
interface Setting {
  apps: string[];
  described: Described;
  /** An app that reads it refuses to start without it. */
  required: boolean;
}

/** Every setting of every app and of the job that makes the roles, by its name. */
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

/** docs/configuration.md, of {@link allSettings}. */
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

Every setting is a variable of the process' environment. One that is missing or wrong keeps an app from starting, and the
message names it with its form; values are never repeated, they may be secrets. Empty counts as unset. \`pnpm dev\` sets all
of these. **required**: whoever reads it refuses to start without it. optional: it has no default, and its line says what is
without it.

<!-- Made by \`pnpm docs:generate\` from the schemas that read the settings: change those, not this page. -->

| variable | who | default | meaning |
|---|---|---|---|`;

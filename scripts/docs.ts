/** `pnpm docs:generate`: writes docs/configuration.md from the settings' schemas. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './lib/configuration.ts';
import { ROOT } from './lib/process.ts';

writeFileSync(join(ROOT, 'docs/configuration.md'), configurationPage());

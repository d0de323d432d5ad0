/**
 * `pnpm docs:generate`: writes docs/configuration.md from the schemas of the settings, and
 * docs/package-graph.md from the packages.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './lib/configuration.ts';
import { packageGraphPage } from './lib/package-graph.ts';
import { ROOT } from './lib/process.ts';

writeFileSync(join(ROOT, 'docs/configuration.md'), configurationPage());
writeFileSync(join(ROOT, 'docs/package-graph.md'), packageGraphPage());

/**
 * `pnpm audit:packages`: lists known vulnerabilities of the packages. Ends with status 0 if there
 * are none, 1 if there are some, and 2 with the reason if nothing was checked.
 */
import { auditPackages } from './lib/advisories.ts';

const { lines, status } = await auditPackages();
console.log(lines.join('\n'));
process.exitCode = status;

/** `pnpm audit:packages`: known vulnerabilities of the packages. Status 0: none; 1: some; 2: nothing was checked, and why. */
import { auditPackages } from './lib/advisories.ts';

const { lines, status } = await auditPackages();
console.log(lines.join('\n'));
process.exitCode = status;

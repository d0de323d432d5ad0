import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ROOT } from './process.ts';

/** The parts of an advisory of `pnpm audit` that are used here. */
interface Advisory {
  module_name: string;
  severity: string;
  title: string;
  url: string;
  findings: { version: string }[];
}

/** The lines about known vulnerabilities, and the exit status. */
export interface AuditReport {
  lines: string[];
  /** 0: none is known; 1: some are; 2: nothing was checked. */
  status: 0 | 1 | 2;
}

/**
 * Asks the registry for known vulnerabilities of all packages of the lockfile, with `pnpm audit`.
 * That command ends with the same status for a vulnerability and for a registry without an answer;
 * this function distinguishes the two.
 * @param registry the registry to ask, by default the one in pnpm's settings
 */
export async function auditPackages(registry?: string): Promise<AuditReport> {
  const args = ['audit', '--json', '--config.fetch-retries=0', ...(registry ? ['--registry', registry] : [])];
  const pnpm = spawn('pnpm', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const failed = new Promise<never>((_, reject) => pnpm.once('error', reject));
  const [said, complaint] = await Promise.race([Promise.all([text(pnpm.stdout), text(pnpm.stderr)]), failed]);
  const answer = parsed(said);
  if (!answer) {
    const why = inOneLine(complaint) || 'pnpm audit said nothing';
    return { lines: [`Nothing was checked: the registry gave no answer (${why})`], status: 2 };
  }
  const advisories = Object.values(answer.advisories).map(
    ({ module_name: name, severity, title, url, findings }) =>
      `${severity}: ${name} ${findings.map(({ version }) => version).join(', ')}: ${title} (${url})`,
  );
  if (advisories.length > 0) return { lines: advisories, status: 1 };
  return { lines: ['The registry knows of no vulnerability in any package.'], status: 0 };
}

function parsed(json: string): { advisories: Record<string, Advisory> } | null {
  try {
    const answer = JSON.parse(json);
    return answer?.advisories ? answer : null;
  } catch {
    return null;
  }
}

/** pnpm draws its errors as a box of several lines. */
const inOneLine = (complaint: string): string =>
  complaint
    .split('\n')
    .filter((line) => !line.startsWith('[WARN]'))
    .join(' ')
    .replace(/[×│├╰─▶]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);

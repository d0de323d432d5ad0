import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, type Running, start } from '../process.ts';
import type { App, ImageBuilder } from './image.ts';

const PREFIX = 'localhost/crossmark-scheduler';
/** Debian's, which the official image of Node has too. */
const DEBIAN = 'bookworm';
const MIRROR = 'http://deb.debian.org/debian';
/** Programs of the base image besides the smallest system: what Node loads, and what the builds run. */
const PACKAGES = ['ca-certificates', 'libatomic1', 'libstdc++6'];
const NPM = 'npm@11';
/** The authorities that this machine trusts, for builds behind a company's proxy. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

const isOnPath = (program: string) => spawnSync(program, ['--version']).error === undefined;

/** Says why images can't be built for real on this machine; null if they can. */
export function whyNoBuildah(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'this needs root on Linux';
  const missing = ['buildah', 'debootstrap'].filter((program) => !isOnPath(program));
  return missing.length > 0
    ? `${missing.join(' and ')} not on PATH (apt-get install buildah debootstrap)`
    : null;
}

/** Runs buildah and returns what it prints. Throws with the last lines of its output if it fails. */
function buildah(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('buildah', args, {
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    cwd: ROOT,
  });
  if (status !== 0) {
    const output = `${stdout}${stderr}`.split('\n').slice(-40).join('\n');
    throw new Error(`buildah ${args.slice(0, 4).join(' ')} failed (${status}):\n${output}`);
  }
  return stdout.trim();
}

const hasImage = (name: string) => spawnSync('buildah', ['inspect', '--type', 'image', name]).status === 0;

/**
 * Makes the image that the Dockerfiles begin with from Debian's packages and npm's Node, where there
 * is no registry of images. It is kept for the next time. Returns its name.
 */
function makeNodeImage(): string {
  const name = `${PREFIX}/node:${process.versions.node}`;
  if (hasImage(name)) return name;
  const folder = mkdtempSync(join(tmpdir(), 'node-image-'));
  try {
    const root = join(folder, 'root');
    const options = ['--variant=minbase', `--include=${PACKAGES.join(',')}`];
    execFileSync('debootstrap', [...options, DEBIAN, root, MIRROR], { stdio: 'pipe' });
    copyFileSync(realpathSync(process.execPath), join(root, 'usr/local/bin/node'));
    const npm = join(root, 'usr/local/lib/node_modules/npm');
    mkdirSync(npm, { recursive: true });
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, NPM], { stdio: 'pipe' });
    const archive = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
    execFileSync('tar', [
      '--extract',
      '--file',
      join(folder, archive),
      '--directory',
      npm,
      '--strip-components=1',
    ]);
    for (const program of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${program}-cli.js`, join(root, 'usr/local/bin', program));
    rmSync(join(root, 'var/cache/apt/archives'), { recursive: true });
    if (existsSync(AUTHORITIES)) copyFileSync(realpathSync(AUTHORITIES), join(root, AUTHORITIES));
    const container = buildah('from', 'scratch');
    buildah('copy', '--quiet', container, root, '/');
    buildah('config', '--env', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
    buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`, container);
    buildah('commit', '--quiet', '--rm', container, name);
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What buildah tells of an image. */
interface Inspected {
  Docker: {
    architecture: string;
    os: string;
    config: {
      User: string;
      Env: string[];
      Cmd: string[];
      WorkingDir: string;
      Healthcheck: { Test: string[] };
      Labels: Record<string, string>;
    };
  };
}

/** Builds the images with buildah, and runs containers of them with this machine's network. */
export function buildahBuilder(): ImageBuilder {
  const node = makeNodeImage();
  const revision = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const store = execFileSync('pnpm', ['store', 'path'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const containers: string[] = [];
  const names: string[] = [];
  return {
    async build(app) {
      const name = `${PREFIX}/${app}`;
      // In a process of its own, because it takes a minute.
      const building = start('buildah', 'buildah', [
        ...['bud', '--quiet', '--isolation', 'chroot', '--network', 'host', '--format', 'docker'],
        ...['--build-arg', `NODE_IMAGE=${node}`, '--build-arg', `REVISION=${revision}`],
        // The packages that this machine has already.
        ...['--volume', `${join(store, '..')}:/root/.local/share/pnpm/store`],
        ...['--file', `apps/${app}/Dockerfile`, '--tag', name, '.'],
      ]);
      await building.ended;
      if (building.process.exitCode !== 0)
        throw new Error(`${app} could not be built:\n${building.output()}`);
      names.push(name);
      const container = buildah('from', name);
      containers.push(container);
      const root = buildah('mount', container);
      const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', name)) as Inspected;
      const { User, Env, Cmd, WorkingDir, Healthcheck, Labels } = Docker.config;
      assertLabels(app, Labels, revision);
      if (
        `${Docker.os}/${Docker.architecture}` !== `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
      )
        throw new Error(`The image of ${app} is for ${Docker.os}/${Docker.architecture}.`);
      return {
        root,
        workdir: WorkingDir,
        env: Object.fromEntries(
          Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
        ),
        command: Cmd,
        healthcheck: Healthcheck.Test.slice(1),
        user: User || null,
        run: (command, env) => {
          const settings = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
          const options = ['run', '--isolation', 'chroot', '--network', 'host', ...settings];
          return start(app, 'buildah', [...options, container, '--', ...command]);
        },
        stop,
      };
    },
    sizes: () => {
      const known = JSON.parse(buildah('images', '--json')) as { names?: string[]; size: string }[];
      return names.map((name) => ({
        image: name,
        size: known.find((image) => image.names?.includes(`${name}:latest`))?.size ?? 'unknown',
      }));
    },
    close: () => {
      for (const container of containers) spawnSync('buildah', ['rm', container]);
    },
  };
}

/** Tells Node itself to stop: buildah's own processes would end it at once. */
async function stop(running: Running): Promise<void> {
  const inside = readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && isNodeOf(pid, running.process.pid),
  );
  if (inside.length === 0) throw new Error(`${running.name} runs no Node:\n${running.output()}`);
  for (const pid of inside) process.kill(Number(pid), 'SIGTERM');
  await running.ended;
}

/** Whether a process is a Node in a process group. */
function isNodeOf(pid: string, group: number | undefined): boolean {
  try {
    // pid (name) state parent group …; a name may have spaces.
    const [, , ofGroup] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(ofGroup) === group && readlinkSync(`/proc/${pid}/exe`).endsWith('/usr/local/bin/node');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

function assertLabels(app: App, labels: Record<string, string>, revision: string): void {
  const wanted = { title: `crossmark-scheduler-${app}`, licenses: 'MIT', revision };
  for (const [key, value] of Object.entries(wanted)) {
    const label = labels[`org.opencontainers.image.${key}`];
    if (label !== value) throw new Error(`The image of ${app} has the label ${key} ${label}, not ${value}.`);
  }
}

/** The images under this size in MB as `buildah images` tells it are small enough. */
export const MOST_MB = 200;

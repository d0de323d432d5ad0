import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ROOT, start } from '../process.ts';
import type { App, Built, ImageBuilder } from './image.ts';

/** The result of a Dockerfile's last stage, with its files below `root`. */
type Image = Omit<Built, 'run' | 'stop'>;

interface Instruction {
  name: string;
  text: string;
}
interface Stage {
  from: string;
  name: string;
  instructions: Instruction[];
}

/**
 * Parses a Dockerfile into its stages. Throws for any instruction that this repository's files
 * don't use.
 */
function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  for (const line of lines.map((one) => one.trim()).filter((one) => one && !one.startsWith('#'))) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [, from = '', as] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? [];
      stages.push({ from, name: as ?? 'image', instructions: [] });
    } else if (KNOWN.has(name)) stages.at(-1)?.instructions.push({ name, text: rest });
    else throw new Error(`The Dockerfile has an instruction that is not known here: ${line}`);
  }
  return stages;
}

const KNOWN = new Set([
  'ARG',
  'RUN',
  'COPY',
  'WORKDIR',
  'ENV',
  'USER',
  'EXPOSE',
  'LABEL',
  'HEALTHCHECK',
  'CMD',
]);

/** The stage that collects Node and its libraries; without Docker they are this machine's. */
const RUNTIME = 'runtime';

/**
 * Carries out Dockerfiles without Docker. Each stage is a folder, `FROM` an earlier stage copies
 * it, and absolute paths are below it. The base image is this machine, with its shell and Node.
 * Stages that copy nothing from the context are built once for all files.
 */
class Builder {
  private readonly shared = new Map<string, Promise<Image>>();
  private readonly context: string;
  private readonly directory: string;
  private readonly ignored: string[];

  /** @param directory an empty folder for all stages */
  constructor(context: string, directory: string) {
    this.context = context;
    this.directory = directory;
    this.ignored = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  }

  /**
   * Builds one image. Its folders begin with `name`. Throws with the output of a step that fails.
   */
  async build(name: string, dockerfile: string): Promise<Image> {
    const done = new Map<string, Image>();
    let last: Image | undefined;
    for (const stage of parseDockerfile(readFileSync(join(this.context, dockerfile), 'utf8'))) {
      if (stage.name === RUNTIME) continue;
      const alone = !stage.instructions.some((step) => step.name === 'COPY') && !done.has(stage.from);
      const key = JSON.stringify(stage);
      const root = join(this.directory, alone ? `shared-${this.shared.size}` : `${name}-${stage.name}`);
      const building = (alone && this.shared.get(key)) || this.stage(stage, root, done);
      if (alone) this.shared.set(key, building);
      last = await building;
      done.set(stage.name, last);
    }
    if (!last) throw new Error(`${dockerfile} has no stage.`);
    return last;
  }

  private async stage(stage: Stage, root: string, done: ReadonlyMap<string, Image>): Promise<Image> {
    const parent = done.get(stage.from);
    mkdirSync(root, { recursive: true });
    if (parent) cpSync(parent.root, root, { recursive: true, verbatimSymlinks: true });
    const image: Image = parent
      ? { ...parent, root, env: { ...parent.env } }
      : { root, workdir: '/', env: {}, command: [], healthcheck: [], user: null };
    for (const step of stage.instructions) await this.step(step, image, done);
    return image;
  }

  private async step({ name, text }: Instruction, image: Image, done: ReadonlyMap<string, Image>) {
    switch (name) {
      case 'WORKDIR':
        image.workdir = text;
        mkdirSync(join(image.root, text), { recursive: true });
        break;
      case 'ENV':
        for (const [, key = '', value = ''] of text.matchAll(/(\w+)=(\S+)/g)) image.env[key] = value;
        break;
      case 'USER':
        image.user = text;
        break;
      case 'CMD':
        image.command = JSON.parse(text);
        break;
      case 'HEALTHCHECK':
        image.healthcheck = JSON.parse(text.slice(text.indexOf('CMD') + 3));
        break;
      case 'COPY':
        this.copy(text, image, done);
        break;
      case 'RUN':
        await run(text, image);
        break;
    }
  }

  private copy(text: string, image: Image, done: ReadonlyMap<string, Image>): void {
    const words = text.split(/\s+/);
    const option = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
    const paths = words.filter((word) => !word.startsWith('--'));
    const to = paths.pop() ?? '.';
    const target = to.startsWith('/') ? join(image.root, to) : join(image.root, image.workdir, to);
    const stage = option('from');
    if (stage === RUNTIME) return;
    const base = stage === undefined ? this.context : done.get(stage)?.root;
    if (base === undefined) throw new Error(`COPY from a stage that is not there: ${text}`);
    for (const path of paths) {
      const source = join(base, path);
      const isFolder = statSync(source).isDirectory();
      const into = isFolder || !to.endsWith('/') ? target : join(target, basename(path));
      // A file that is copied to `.` keeps its name.
      const landing =
        !isFolder && existsSync(into) && statSync(into).isDirectory() ? join(into, basename(path)) : into;
      mkdirSync(dirname(landing), { recursive: true });
      const filter = (from: string) => stage !== undefined || !this.isIgnored(relative(this.context, from));
      cpSync(source, landing, { recursive: true, verbatimSymlinks: true, filter });
    }
  }

  private isIgnored(path: string): boolean {
    const parts = path.split(sep);
    return this.ignored.some((pattern) =>
      pattern.startsWith('**/') ? parts.includes(pattern.slice(3)) : parts[0] === pattern,
    );
  }
}

/** Runs a shell step inside a stage. Absolute paths in it refer to the stage. */
async function run(text: string, image: Image): Promise<void> {
  const command = text.replace(/(^|\s)\/(?=\w)/g, `$1${image.root}/`);
  const local = join(image.root, 'usr/local');
  // As in Docker, the step gets no variables of the pnpm run that started this.
  const clean = Object.entries(process.env).filter(([key]) => !/^(npm_|pnpm_|init_cwd|node_env)/i.test(key));
  const tools = process.env.PATH?.split(':').filter((path) => !path.includes('node_modules')) ?? [];
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: join(image.root, image.workdir),
    env: {
      ...Object.fromEntries(clean),
      ...image.env,
      CI: 'true',
      npm_config_prefix: local,
      PATH: [join(local, 'bin'), dirname(process.execPath), ...tools].join(':'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-4_000);
    });
  }
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (status !== 0) throw new Error(`RUN ${text} failed (${status}):\n${output}`);
}

/**
 * Carries out the Dockerfiles' steps in an empty folder, and runs the results as processes of this
 * machine: not as root, and with files that can't be changed.
 */
export function folderBuilder(directory: string): ImageBuilder {
  const builder = new Builder(ROOT, directory);
  const node = nodeForOthers(directory);
  const images = new Map<App, Image>();
  return {
    async build(app) {
      const image = await builder.build(app, `apps/${app}/Dockerfile`);
      images.set(app, image);
      if (spawnSync('chmod', ['-R', 'a-w,a+rX', image.root]).status !== 0)
        throw new Error(`chmod of ${image.root} failed`);
      return {
        ...image,
        run: ([program = '', ...args], env) =>
          start(app, program === 'node' ? node : program, args, {
            cwd: join(image.root, image.workdir),
            env: { ...image.env, ...env },
            onlyEnv: true,
            ...otherUser(),
          }),
        stop: (running) => running.stop(),
      };
    },
    sizes: () =>
      [...images].map(([app, { root, workdir }]) => {
        const mb = (path: string) => {
          const counted = spawnSync('du', ['-sk', join(root, workdir, path)], { encoding: 'utf8' });
          return `${(Number.parseInt(counted.stdout, 10) / 1024).toFixed(1)} MB`;
        };
        return { image: app, app: mb('dist'), packages: mb('node_modules'), all: mb('.') };
      }),
    close: () => {},
  };
}

/** Returns the path of a copy of this Node that every user may run. The image has the same version. */
function nodeForOthers(directory: string): string {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  copyFileSync(realpathSync(process.execPath), join(bin, 'node'));
  chmodSync(join(bin, 'node'), 0o755);
  return join(bin, 'node');
}

/** Returns the user for the apps' processes. Only root has to change the user. */
function otherUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/**
 * The layers of packages, lowest first. A package imports only from layers below its own, so the
 * rules or the queue can be understood without any app.
 */
export const LAYERS: readonly { what: string; packages: readonly string[] }[] = [
  {
    what: 'no product knowledge, or nothing but product knowledge',
    packages: ['packages/runtime', 'packages/scheduling', 'packages/ui'],
  },
  {
    what: 'Crossmark’s wire, planning, PDF files, figures, mail',
    packages: ['packages/crossmark', 'packages/planner', 'packages/pdf', 'packages/metrics', 'packages/mail'],
  },
  { what: 'the database', packages: ['packages/db'] },
  {
    what: 'sign-in, the sync engine, plans of the database’s work, the queue’s page',
    packages: ['packages/auth', 'packages/sync', 'packages/plans', 'packages/bull-board-graphile'],
  },
  { what: 'the verification of days', packages: ['packages/verification'] },
  { what: 'the apps that people and jobs use', packages: ['apps/server', 'apps/worker', 'apps/admin'] },
  { what: 'the page, which takes the types of apps/server', packages: ['apps/web'] },
  { what: 'benchmarks’ contestants', packages: ['bench'] },
  { what: 'commands', packages: ['scripts'] },
  { what: 'browser tests', packages: ['e2e'] },
];

/** A package of the workspace, by its folder, with the folders of the workspace's packages that it names. */
export interface WorkspacePackage {
  folder: string;
  dependencies: string[];
}

/** Reads every package.json of the workspace. */
export function readWorkspacePackages(): WorkspacePackage[] {
  const folders = [
    ...['apps', 'packages'].flatMap((parent) =>
      readdirSync(join(ROOT, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}`),
    ),
    'scripts',
    'e2e',
    'bench',
  ];
  const manifests = folders.flatMap((folder) => {
    try {
      return [{ folder, manifest: JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) }];
    } catch {
      // The folder belongs to another branch and contains only node_modules.
      return [];
    }
  });
  const folderOf = new Map<string, string>(manifests.map(({ folder, manifest }) => [manifest.name, folder]));
  return manifests.map(({ folder, manifest }) => ({
    folder,
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .flatMap((name) => folderOf.get(name) ?? [])
      .sort(),
  }));
}

/** Returns the text of docs/package-graph.md. */
export function packageGraphPage(): string {
  const packages = new Map(readWorkspacePackages().map((one) => [one.folder, one.dependencies]));
  const id = (folder: string) => folder.replaceAll(/[/-]/g, '_');
  const layers = LAYERS.map(({ what, packages: folders }, at) => [
    `  subgraph layer${at} ["${what}"]`,
    ...folders.filter((folder) => packages.has(folder)).map((folder) => `    ${id(folder)}["${folder}"]`),
    '  end',
  ]);
  const arrows = [...packages].flatMap(([folder, dependencies]) =>
    dependencies.map((dependency) => `  ${id(folder)} --> ${id(dependency)}`),
  );
  const rows = LAYERS.toReversed().flatMap(({ packages: folders }) =>
    folders.flatMap((folder) => {
      const dependencies = packages.get(folder);
      if (!dependencies) return [];
      const names = dependencies.map((dependency) => `\`${dependency}\``).join(', ');
      return [`| \`${folder}\` | ${names || 'nothing of the workspace'} |`];
    }),
  );
  return [
    '# Package graph',
    '',
    'Written by `pnpm docs:generate` from the package.json files. An arrow points to what a package imports. Imports go down',
    'only, from one layer to those below it; a test refuses any other, and the linter refuses files that import each other in a',
    'circle.',
    '',
    '```mermaid',
    'flowchart TB',
    ...layers.toReversed().flat(),
    ...arrows,
    '```',
    '',
    '| package | imports |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}

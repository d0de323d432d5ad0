import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { ROOT } from './lib/process.ts';

const IGNORED = ['node_modules', 'dist', 'coverage', '.git'];
const list = (pattern: string) =>
  globSync(pattern, { cwd: ROOT, exclude: (name) => IGNORED.includes(name) }).sort();

const sources = list('{apps,packages,scripts,e2e}/**/*.{ts,tsx}').filter((file) => !file.endsWith('.d.ts'));

/**
 * Names that don't say what the value is, each with plain ones. Some old names are left out, because
 * they are good words elsewhere: `change`, `use`, `run`, `finish`, `sign`, `free`, `keep`, `shared`,
 * `lost`, `Question` (of a person) and `Reading`.
 */
const OLD_NAMES = new Map([
  ['Asked', 'OpenDialog, Query'],
  ['Bone', 'Skeleton'],
  ['Deed', 'PendingChange'],
  ['Doer', 'Attribution'],
  ['Ended', 'TaskResult'],
  ['Seat', 'Assignment'],
  ['adding', 'addJobsSql'],
  ['aim', 'setDropTarget'],
  ['allOf', 'abortWhenAll'],
  ['asked', 'query, request, wanted'],
  ['found', 'rows, match, person'],
  ['given', 'input, parsedSearch'],
  ['guarded', 'saveOrRefuseDuplicate'],
  ['inOrder', 'pipeline, sorted'],
  ['itsSync', 'joinSync'],
  ['judge', 'evaluateCell, classifyDrift'],
  ['letGo', 'returnLease, releaseWaiting, cancelDrag'],
  ['making', 'insertSchedulesSql'],
  ['oncePerDatabase', 'memoizeByDb'],
  ['orAlone', 'retryAloneOrThrow'],
  ['outlook', 'dropVerdict'],
  ['peek', 'findScheduleUnlocked'],
  ['pickUp', 'startDrag'],
  ['preparing', 'withPreparedStatements'],
  ['remembered', 'auditSnapshot'],
  ['shown', 'displayed rows, visible'],
  ['tellsOf', 'isPartialViewOf'],
  ['together', 'createBatcher'],
  ['tries', 'attempts'],
  ['understand', 'interpretListing'],
  ['useForeshadowed', 'useOptimisticBoard'],
  ['wentWrong', 'internalErrorMessage'],
  ['worded', 'withUserRefusals'],
]);

interface Node {
  type?: string;
  start?: number;
  name?: string;
  [field: string]: unknown;
}

interface Declaration {
  where: string;
  name: string;
}

/** The old names that a file declares: functions, types, variables, parameters, destructured names, properties. */
function declarationsOf(file: string, text = readFileSync(join(ROOT, file), 'utf8')): Declaration[] {
  const declared: Declaration[] = [];
  const declare = (node: unknown): void => {
    const {
      type,
      start = 0,
      name,
      value,
      left,
      argument,
      parameter,
      properties,
      elements,
    } = (node ?? {}) as Node;
    if (type === 'Identifier' && name && OLD_NAMES.has(name))
      declared.push({ where: `${file}:${text.slice(0, start).split('\n').length}`, name });
    if (type === 'ObjectPattern') for (const inner of properties as Node[]) declare(inner);
    if (type === 'ArrayPattern') for (const inner of elements as Node[]) declare(inner);
    if (type === 'Property') declare(value);
    if (type === 'AssignmentPattern') declare(left);
    if (type === 'RestElement') declare(argument);
    if (type === 'TSParameterProperty') declare(parameter);
  };
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const { type, id, params, key, computed, shorthand, param } = value as Node;
    if (type === 'CatchClause') declare(param);
    if (id !== undefined && type !== 'MetaProperty') declare(id);
    if (Array.isArray(params) && type !== 'TSTypeParameterDeclaration')
      for (const inner of params) declare(inner);
    const isProperty =
      /^(Property|TSPropertySignature|TSMethodSignature|PropertyDefinition|MethodDefinition)$/;
    if (isProperty.test(type ?? '') && !computed && !shorthand) declare(key);
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(parseSync(file, text).program);
  return declared;
}

/** `add_audit_outcome` in the database looks for the key `asked` of an audit entry. */
const KEPT = /^(apps\/admin\/src\/queues|packages\/db\/src\/roles\.test)\.ts:\d+$/;

test('no declaration carries a name of the past', () => {
  expect(sources.length).toBeGreaterThan(500);
  const old = sources
    .flatMap((file) => declarationsOf(file))
    .filter(({ where, name }) => !(name === 'asked' && KEPT.test(where)));
  expect(old.map(({ where, name }) => `${where} ${name}: say ${OLD_NAMES.get(name)}`)).toEqual([]);
});

test('every kind of declaration is found', () => {
  const text = `
    function peek(given, [found]: X, { asked = 1, rest: { shown } }, ...tries) {}
    const aim = 1, adding = (judge) => judge;
    interface Seat { remembered: string; making(): void }
    type Doer = 1; class Deed { worded = 1; together() {} }
    ({ guarded: 1, [outlook]: 2, Ended });
    given.found(asked.shown);
  `;
  expect(declarationsOf('example.ts', text).map(({ name }) => name)).toEqual(
    'peek given found asked shown tries aim adding judge Seat remembered making Doer Deed worded together guarded'.split(
      ' ',
    ),
  );
});

/** Texts for people and comments of a source: comments, and strings that are sentences or labels. */
function textsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (!/\.tsx?$/.test(file)) return text.split('\n');
  const { program, comments } = parseSync(file, text);
  const texts = comments.map(({ value }) => value);
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const node = value as Node;
    if (node.type === 'JSXText') texts.push(String(node.value));
    // A string of one word is a key or the name of a column.
    if (node.type === 'Literal' && typeof node.value === 'string' && / /.test(node.value))
      texts.push(node.value);
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(program);
  return texts;
}

/**
 * A try for an attempt, and "tried again" for a retry. The columns `event_syncs.tries` and those of
 * `sign_in_tries` keep their names, because the version before this one runs beside a migrated
 * database. "Try again" as advice to a person stays.
 */
const ATTEMPT =
  /(?<!sign.in.|event_syncs\.)\btries\b|\b(a|an|each|every|another|next|last|first|further|one|the|of|is|’s|'s) try\b|\btried again\b/i;

test('an attempt is called an attempt in comments, documents and pages', () => {
  const files = [...sources, ...list('docs/*.md'), ...list('packages/*/*.md'), ...list('*.md')].filter(
    (file) => !/CHANGELOG|vocabulary\.test/.test(file),
  );
  const wrong = files.flatMap((file) =>
    textsOf(file).flatMap((text) => {
      const match = ATTEMPT.exec(text);
      return match ? [`${file}: ${text.slice(Math.max(0, match.index - 40), match.index + 40).trim()}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

/**
 * What the deterministic core must not know: clocks, chance, the machine, floating point, other people's
 * code. The compiler withholds Node and DOM names from it; this closes what is part of the language.
 */

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { importsOf, nodesOf, parse, placeOf, sourcesOf } from './repository.js';

const CORE = ['base', 'market', 'ledger', 'isolation', 'margin', 'liquidation', 'engine'];

/** Names that stand for something the core must not look at. */
const FORBIDDEN = new Map([
  ...named('time arrives inside the command', ['Date', 'performance', 'Temporal']),
  ...named('an order that a clock decides is not replayed', [
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'Promise',
  ]),
  ...named('the core does not know the machine it runs on', [
    'globalThis',
    'process',
    'Buffer',
    'console',
    'fetch',
    'crypto',
    'navigator',
    'require',
    'eval',
    'Function',
    'WeakRef',
    'FinalizationRegistry',
    'TextEncoder',
    'TextDecoder',
  ]),
  ...named('the answer depends on the language of the machine', ['Intl']),
  ...named('money is never a float: use decimal.ts', ['parseFloat', 'Float32Array']),
]);

/** Members that give another answer elsewhere, or a float. */
const FORBIDDEN_MEMBERS = new Map([
  ...named('the answer depends on the language of the machine', [
    'localeCompare',
    'toLocaleString',
    'toLocaleLowerCase',
    'toLocaleUpperCase',
  ]),
  ...named('money is never a float: use decimal.ts', ['parseFloat', 'toFixed', 'toPrecision']),
]);

/** Members of Math that are exact on whole numbers, on every machine. */
const EXACT_MATH = new Set(['abs', 'ceil', 'clz32', 'floor', 'imul', 'max', 'min', 'sign', 'trunc']);

const sources = CORE.flatMap(sourcesOf);

describe('the deterministic core', () => {
  it('has no clock, no chance, no machine and no float', () => {
    expect(sources.flatMap(faultsOf)).toEqual([]);
  });

  it('imports no package and nothing of Node', () => {
    const foreign = sources.flatMap((path) =>
      importsOf(path)
        .filter((module) => !module.startsWith('.'))
        .map((module) => `${path} imports ${module}: the core is plain data and functions`),
    );
    expect(foreign).toEqual([]);
  });

  it('has read files', () => {
    for (const layer of CORE) expect(sourcesOf(layer), `no sources in src/${layer}`).not.toEqual([]);
    expect(sources.length).toBeGreaterThan(60);
  });

  it('finds each of what it looks for, and nothing in comments, strings and members of other names', () => {
    const bad = [
      'const t = Date.now();',
      'let f: typeof globalThis;',
      'const r = Math.random();',
      "const r = Math['exp'](1);",
      'const { pow } = Math;',
      'const n = Number.parseFloat(text);',
      'const n = 0.5;',
      'const n = 1e-3;',
      ['const x = `$', '{process.pid}`;'].join(''),
      'const x = a.localeCompare(b);',
    ];
    for (const text of bad) expect(faultsIn(text), text).toHaveLength(1);
    const good = [
      '// Date.now() and Math.random()',
      "const text = 'console.log(0.5) Date';",
      'const regex = /Intl|Date/;',
      'const x = Math.imul(1, 2) + record.process;',
      'const x = { console: 1 };',
      'const n = 4294967296 + 0x7feb352d;',
      'const n = 1_000_000n;',
    ];
    for (const text of good) expect(faultsIn(text), text).toEqual([]);
  });
});

function named(reason: string, names: readonly string[]): (readonly [string, string])[] {
  return names.map((name) => [name, reason] as const);
}

function faultsOf(path: string): string[] {
  return faultsInFile(parse(path));
}

function faultsIn(text: string): string[] {
  return faultsInFile(ts.createSourceFile('text.ts', text, ts.ScriptTarget.ES2023, true));
}

function faultsInFile(file: ts.SourceFile): string[] {
  return nodesOf(file).flatMap((node) => {
    const fault = faultOf(node);
    return fault === null ? [] : [`${placeOf(file, node)} ${node.getText(file)}: ${fault}`];
  });
}

function faultOf(node: ts.Node): string | null {
  if (ts.isNumericLiteral(node) && !Number.isSafeInteger(Number(node.text)))
    return 'the core counts in whole numbers';
  if (!ts.isIdentifier(node)) return null;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node)
    return FORBIDDEN_MEMBERS.get(node.text) ?? null;
  if (isNameOfMember(node)) return null;
  if (node.text === 'Math') {
    const isExact = ts.isPropertyAccessExpression(parent) && EXACT_MATH.has(parent.name.text);
    return isExact ? null : 'only the members of Math that are exact on whole numbers';
  }
  return FORBIDDEN.get(node.text) ?? null;
}

/** Whether the identifier is only the name of a field, and not of what the language offers. */
function isNameOfMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === node
  );
}

/** Reads the repository for the checks beside this file: its files, its layers, its syntax trees. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What is made, fetched or kept by others. */
const FOREIGN = new Set(['node_modules', 'dist', 'coverage', 'bulkhead-data', '.git']);

/** Every file of the repository, or of a folder of it, by its path from the root; written with `/`. */
export function listFiles(folder = ''): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (FOREIGN.has(entry.name)) return [];
      if (entry.isDirectory()) return listFiles(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** The TypeScript sources of a layer that ship: no tests. */
export function sourcesOf(layer: string): string[] {
  return listFiles(`src/${layer}`).filter((path) => path.endsWith('.ts') && !isTest(path));
}

export interface Layer {
  readonly name: string;
  /** Layers its tsconfig lists. */
  readonly references: readonly string[];
}

/** The layers in the order of the root tsconfig, which is the order in which they may import one another. */
export function readLayers(): Layer[] {
  return referencesOf('tsconfig.json').map((path) => {
    const name = path.replace('./src/', '');
    const references = referencesOf(`src/${name}/tsconfig.json`).map((other) => other.replace('../', ''));
    return { name, references };
  });
}

function referencesOf(path: string): string[] {
  const { config, error } = ts.readConfigFile(join(ROOT, path), ts.sys.readFile);
  if (error !== undefined) throw new Error(`${path} cannot be read as a tsconfig`);
  return ((config.references ?? []) as { path: string }[]).map((reference) => reference.path);
}

/** The modules a file imports, in whatever form: comments and strings do not count. */
export function importsOf(path: string): string[] {
  return ts.preProcessFile(readText(path), true, true).importedFiles.map(({ fileName }) => fileName);
}

const trees = new Map<string, ts.SourceFile>();

/** The syntax tree of a file, made once. */
export function parse(path: string): ts.SourceFile {
  let tree = trees.get(path);
  if (tree === undefined) {
    tree = ts.createSourceFile(path, readText(path), ts.ScriptTarget.ES2023, true);
    trees.set(path, tree);
  }
  return tree;
}

/** Every node of a tree, the root included. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (at: ts.Node) => {
    nodes.push(at);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return nodes;
}

/** The place of a node, as editors open it. */
export function placeOf(file: ts.SourceFile, node: ts.Node): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${file.fileName}:${line + 1}`;
}

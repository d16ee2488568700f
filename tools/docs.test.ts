/** Every page leads where it says, and every file speaks of the product and of no machine. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, relativeLinks, resolveLink } from './markdown.js';
import { listFiles, ROOT, readText } from './repository.js';

const files = listFiles().filter((path) => path !== 'package-lock.json');
const pages = files.filter((path) => path.endsWith('.md'));
const BINARY = /\.(png|jpe?g|gif|ico|gz|zip|wasm|woff2?)$/;

/** Put together from parts, so that this file is not its own first finding. */
const MACHINE_PATHS = [
  ...['work', 'tmp', 'home', 'root', 'Users'].map(
    (folder) => new RegExp(`(^|[\\s'"\`(=:])/${folder}(/|\\b)`),
  ),
  new RegExp(['\\.\\.', 'shared\\b'].join('/')),
  /[A-Z]:\\\\?Users\b/,
];
/** The only file that may look beside the repository, for prices that are not shipped. */
const MAY_NAME_MACHINE_PATHS = ['.ci/run'];

const AUTHORSHIP = [
  ['co', 'authored'].join('-?'),
  ['@', 'author\\b'].join(''),
  ['generated', 'with'].join(' '),
  ['language', 'model'].join(' '),
  ['\\bassis', 'tants?\\b'].join(''),
  ['\\bco', 'pilot\\b'].join(''),
  ['\\bchat', 'bot'].join(''),
  ['\\bL', 'LM\\b'].join(''),
].map((word) => new RegExp(word, 'i'));

describe('the documents', () => {
  it('link only to files and headings that exist', () => {
    const broken = pages.flatMap((path) =>
      relativeLinks(readText(path)).flatMap(({ line, target }) => {
        const fault = linkFault(path, target);
        return fault === null ? [] : [`${path}:${line} -> ${target}: ${fault}`];
      }),
    );
    expect(broken, 'correct the link, or make what it points to').toEqual([]);
  });

  it('have been read, and have links', () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap((path) => relativeLinks(readText(path))).length).toBeGreaterThan(100);
  });

  it('finds a broken link, and none in code', () => {
    expect(linkFault('docs/glossary.md', '../ARCHITECTURE.md')).toBeNull();
    expect(linkFault('docs/glossary.md', '../NOWHERE.md')).toBe('there is no NOWHERE.md');
    expect(linkFault('docs/glossary.md', '#nowhere')).toBe('docs/glossary.md has no heading of that name');
    expect(relativeLinks('see `[a](b)` and [c](d.md "title"), [web](https://example.com)\n')).toEqual([
      { line: 1, target: 'd.md' },
    ]);
    expect(relativeLinks('```\n[a](b)\n```\n[c](d)\n')).toEqual([{ line: 4, target: 'd' }]);
  });
});

describe('every file', () => {
  const texts = files.filter((path) => !BINARY.test(path)).map((path) => ({ path, text: readText(path) }));

  it('names no place of one machine', () => {
    const found = texts
      .filter(({ path }) => !MAY_NAME_MACHINE_PATHS.includes(path))
      .flatMap((file) => linesThatMatch(file, MACHINE_PATHS));
    expect(found, 'use a path inside the repository, or one the user gives').toEqual([]);
  });

  it('speaks of the product and not of how it came to be', () => {
    expect(texts.flatMap((file) => linesThatMatch(file, AUTHORSHIP))).toEqual([]);
  });

  it('has been read', () => {
    expect(texts.length).toBeGreaterThan(100);
  });
});

function linkFault(path: string, target: string): string | null {
  const link = resolveLink(path, target);
  if (link.path.startsWith('..')) return 'it leads out of the repository';
  const place = join(ROOT, link.path);
  if (!existsSync(place)) return `there is no ${link.path}`;
  if (link.anchor === null) return null;
  if (/^L\d+/.test(link.anchor)) return 'a line number does not last: link to the file';
  if (!link.path.endsWith('.md') || statSync(place).isDirectory()) return 'only pages have headings';
  return anchorsOf(readText(link.path)).has(link.anchor) ? null : `${link.path} has no heading of that name`;
}

function linesThatMatch(file: { path: string; text: string }, patterns: readonly RegExp[]): string[] {
  if (!patterns.some((pattern) => new RegExp(pattern, `${pattern.flags}m`).test(file.text))) return [];
  return file.text
    .split('\n')
    .flatMap((line, at) =>
      patterns.some((pattern) => pattern.test(line)) ? [`${file.path}:${at + 1} ${line.trim()}`] : [],
    );
}

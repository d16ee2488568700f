/** Requirements and tests know each other: no code without a page, no promise without a test. */

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { relativeLinks } from './markdown.js';
import { isTest, listFiles, nodesOf, parse, placeOf, readText } from './repository.js';

const FOLDER = 'docs/requirements';
const CODE = /\b(?:LED|ISO|MAR|ORD|PRC|FND|LIQ|OPS)-\d\d\b/g;
/** How many rules each family has: rules are added at the end, and never taken away. */
const RULES = { LED: 6, ISO: 6, MAR: 13, ORD: 4, PRC: 4, FND: 7, LIQ: 11, OPS: 4 } as const;

interface Requirement {
  readonly code: string;
  readonly page: string;
  readonly status: string;
  readonly body: string;
}

const requirements = listFiles(FOLDER)
  .filter((path) => path.endsWith('.md'))
  .flatMap(readRequirements);
const titles = listFiles()
  .filter(isTest)
  .filter((path) => path !== 'tools/requirements.test.ts')
  .flatMap(titlesOf);

describe('requirements', () => {
  it('describe every rule of every family once, each on the page of its family', () => {
    const expected = Object.entries(RULES).flatMap(([family, count]) =>
      Array.from({ length: count }, (_, at) => `${family}-${String(at + 1).padStart(2, '0')}`),
    );
    expect(requirements.map(({ code }) => code).sort()).toEqual(expected.sort());
    for (const { code, page } of requirements) expect(page).toBe(`${FOLDER}/${code.slice(0, 3)}.md`);
  });

  it('state how far each rule is met, and where', () => {
    for (const { code, status, body } of requirements) {
      expect(status, `${code} needs a line "**met**", "**partly**: ..." or "**not yet**: ..."`).toMatch(
        /^(met|partly|not yet)$/,
      );
      if (status !== 'not yet')
        expect(relativeLinks(body), `${code} says no file where it lives`).not.toEqual([]);
      if (status === 'met') continue;
      expect(body, `${code} does not say what is missing`).toMatch(/^\*\*(partly|not yet)\*\*: \S/m);
    }
  });

  it('have a page for every code that a test cites', () => {
    const known = new Set(requirements.map(({ code }) => code));
    const unknown = titles.flatMap(({ place, codes }) =>
      codes.filter((code) => !known.has(code)).map((code) => `${place} cites ${code}`),
    );
    expect(unknown, `write the rule down in ${FOLDER} first`).toEqual([]);
  });

  it('are each shown by a test, where they are met or partly met', () => {
    const cited = new Set(titles.flatMap(({ codes }) => codes));
    const missing = requirements
      .filter(({ code, status }) => status !== 'not yet' && !cited.has(code))
      .map(({ code }) => code);
    expect(
      missing,
      `no test title cites ${missing.join(', ')}: write a test whose title ends in the code, or say on its page that it is not met yet`,
    ).toEqual([]);
  });

  it('have been read, and so have the tests', () => {
    expect(titles.length).toBeGreaterThan(100);
    expect(titles.filter(({ codes }) => codes.length > 0).length).toBeGreaterThan(30);
  });
});

/** A rule is a heading of level two that begins with its code. */
function readRequirements(page: string): Requirement[] {
  return readText(page)
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      code: section.slice(0, 6),
      page,
      status: section.match(/^\*\*([a-z ]+)\*\*/m)?.[1] ?? '',
      body: section,
    }));
}

interface Title {
  readonly place: string;
  readonly codes: readonly string[];
}

/** The first argument of every `it`, `test` and `describe` of a file, also of `it.each(...)(...)`. */
function titlesOf(path: string): Title[] {
  const file = parse(path);
  return nodesOf(file)
    .filter(ts.isCallExpression)
    .flatMap((call) => {
      const [title] = call.arguments;
      if (title === undefined || !/^(it|test|describe)\b/.test(call.expression.getText(file))) return [];
      return [{ place: placeOf(file, call), codes: title.getText(file).match(CODE) ?? [] }];
    });
}

/** A list spread into a call goes onto the call stack: with 120,000 liquidations in it the engine dies in the crisis. */
import { describe, expect, it } from 'vitest';
import { readLayers, readText, sourcesOf } from './repository.js';

/** Those that hold what grows with accounts; the float layers work on networks and samples of a stated size. */
const FREE = ['risk', 'contagion'];

describe('the sources', () => {
  it('spread no list of unknown length into push, min or max', () => {
    const paths = readLayers()
      .filter(({ name }) => !FREE.includes(name))
      .flatMap(({ name }) => sourcesOf(name));
    expect(paths.length).toBeGreaterThan(300);
    const spreads = paths.flatMap((path) =>
      [...readText(path).matchAll(/(?:\.push|Math\.(?:min|max))\(\.\.\.[^;]{0,60}/g)].map(
        ([found]) => `${path}: ${found}`,
      ),
    );
    // Warnings of a document, which is bounded in size, and one gap of lines.
    expect(spreads.filter((spread) => !/calcAnswer|cli\/calc\.ts/.test(spread))).toEqual([]);
  });
});

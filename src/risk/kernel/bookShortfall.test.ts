import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfidence, sortedTail } from '../measures/index.js';
import { bookShortfall, type FlatBook, type Kernel, plainKernel, wasmKernel } from './index.js';

const KERNELS: readonly [string, Kernel][] = [
  ['plain', plainKernel],
  ['wasm', wasmKernel() as Kernel],
];

const confidence = (text: string) => {
  const read = readConfidence(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};

interface Account {
  readonly instrument: number;
  readonly quantity: number;
}

function flat(pnl: readonly (readonly number[])[], accounts: readonly (readonly Account[])[]): FlatBook {
  const positions = accounts.flat();
  let end = 0;
  return {
    scenarios: pnl[0]?.length ?? 0,
    pnl: pnl.map((row) => Float64Array.from(row)),
    starts: Uint32Array.from([0, ...accounts.map((account) => (end += account.length))]),
    instruments: Uint32Array.from(positions, ({ instrument }) => instrument),
    quantities: Float64Array.from(positions, ({ quantity }) => quantity),
  };
}

/** Each account by itself, every loss sorted: slow and plain. */
function slow({ pnl, scenarios, starts, instruments, quantities }: FlatBook, text: string) {
  return Array.from({ length: starts.length - 1 }, (_, account) => {
    const losses = Float64Array.from({ length: scenarios }, (_, scenario) => {
      let loss = 0;
      for (let at = starts[account] as number; at < (starts[account + 1] as number); at++)
        loss -=
          (quantities[at] as number) * ((pnl[instruments[at] as number] as Float64Array)[scenario] as number);
      return loss;
    }).sort((a, b) => b - a);
    return sortedTail(losses, confidence(text));
  });
}

const WHOLE = fc.integer({ min: -1_000_000, max: 1_000_000 });
const MOVES = fc.double({ min: -1e6, max: 1e6, noNaN: true });

function books(move: fc.Arbitrary<number>): fc.Arbitrary<FlatBook> {
  return fc
    .record({ instruments: fc.integer({ min: 1, max: 4 }), scenarios: fc.integer({ min: 1, max: 70 }) })
    .chain(({ instruments, scenarios }) =>
      fc.record({
        pnl: fc.array(fc.array(move, { minLength: scenarios, maxLength: scenarios }), {
          minLength: instruments,
          maxLength: instruments,
        }),
        accounts: fc.array(
          fc.array(fc.record({ instrument: fc.integer({ min: 0, max: instruments - 1 }), quantity: move }), {
            maxLength: 5,
          }),
          { maxLength: 6 },
        ),
      }),
    )
    .map(({ pnl, accounts }) => flat(pnl, accounts));
}

const CONFIDENCES = fc.constantFrom('0.5', '0.9', '0.975', '0.99', '0.001', '0.999');

describe('the shortfall of a book of accounts', () => {
  for (const [name, kernel] of KERNELS) {
    it(`is that of each account by itself, exactly with whole numbers (${name})`, () => {
      fc.assert(
        fc.property(books(WHOLE), CONFIDENCES, (book, text) => {
          const answer = bookShortfall(book, confidence(text), kernel);
          expect(answer.ok).toBe(true);
          if (!answer.ok) return;
          const judged = slow(book, text);
          expect([...answer.value.valueAtRisk]).toEqual(judged.map(({ valueAtRisk }) => valueAtRisk + 0));
          expect([...answer.value.expectedShortfall]).toEqual(
            judged.map(({ expectedShortfall }) => expectedShortfall + 0),
          );
        }),
        { numRuns: 150, seed: 1 },
      );
    });

    it(`picks the fifth of 500 losses at 99%, by hand (${name})`, () => {
      const pnl = Array.from({ length: 500 }, (_, i) => -i);
      const answer = bookShortfall(
        flat([pnl], [[{ instrument: 0, quantity: 2 }], []]),
        confidence('0.99'),
        kernel,
      );
      // The worst five are 998, 996, 994, 992, 990.
      expect(answer).toEqual({
        ok: true,
        value: {
          valueAtRisk: Float64Array.of(990, 0),
          expectedShortfall: Float64Array.of(994, 0),
        },
      });
    });
  }

  it('is the same to the bit from both kernels', () => {
    fc.assert(
      fc.property(books(MOVES), CONFIDENCES, (book, text) => {
        const [plain, wasm] = KERNELS.map(([, kernel]) => bookShortfall(book, confidence(text), kernel));
        expect(plain?.ok).toBe(true);
        expect(wasm).toEqual(plain);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('does not depend on the order of the scenarios', () => {
    fc.assert(
      fc.property(books(MOVES), CONFIDENCES, (book, text) => {
        const turned = { ...book, pnl: book.pnl.map((row) => row.toReversed()) };
        expect(bookShortfall(turned, confidence(text))).toEqual(bookShortfall(book, confidence(text)));
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('is refused for a book that is none, and names the place', () => {
    const book = flat(
      [
        [1, 2],
        [3, 4],
      ],
      [[{ instrument: 1, quantity: 1 }]],
    );
    const fault = (change: Partial<FlatBook>) => {
      const answer = bookShortfall({ ...book, ...change }, confidence('0.99'));
      return answer.ok
        ? null
        : `${answer.error.code} ${answer.error.field} ${answer.error.at.join('.')}`.trim();
    };
    expect(fault({})).toBeNull();
    expect(fault({ scenarios: 0 })).toBe('too_few scenarios');
    expect(fault({ scenarios: 3 })).toBe('length_differs pnl 0');
    expect(fault({ pnl: [Float64Array.of(1, 2), Float64Array.of(1, Number.NaN)] })).toBe(
      'not_finite pnl 1.1',
    );
    expect(fault({ quantities: Float64Array.of() })).toBe('length_differs quantities');
    expect(fault({ starts: Uint32Array.of(0, 2) })).toBe('length_differs starts');
    expect(fault({ starts: Uint32Array.of(0, 2, 1) })).toBe('bad_range starts 2');
    expect(fault({ instruments: Uint32Array.of(2) })).toBe('bad_range instruments 0');
    expect(fault({ quantities: Float64Array.of(1e308) })).toBe('not_finite quantities 0');
  });
});

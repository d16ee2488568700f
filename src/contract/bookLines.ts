/**
 * Where the totals of a whole account come from, to the decimals of the valuation asset. A line is the difference of
 * rounded running totals, so that the lines of a total sum to it exactly (MAR-12).
 */
import { divCeil, divFloor } from '../base/integers.js';
import {
  type AccountRequirement,
  type AccountRequirementLine,
  accountEquityByAsset,
  type Leg,
  VALUE_SCALE,
} from '../margin/index.js';
import type { BookTerms } from './bookTerms.js';
import type { CheckedDocument } from './calcDocument.js';
import type { WholeAccountAnswer } from './calcSchema.js';

export interface BookLine {
  readonly of: 'equity' | 'initialMargin' | 'maintenanceMargin' | 'orderMargin';
  readonly part: string;
  /** 10^-decimals of the valuation asset. */
  readonly amount: bigint;
  readonly instrument: number | null;
  readonly leg: Leg | null;
  readonly asset: number | null;
  readonly detail: string | null;
}

export function bookLines(terms: BookTerms, required: AccountRequirement): readonly BookLine[] {
  const { asset, unitDecimals } = terms.scale.valuation;
  const unitsPerMinor = 10n ** BigInt(unitDecimals - asset.decimals);
  const equity = accountEquityByAsset(terms.view).map(({ asset: held, valueScaled }) => ({
    of: 'equity' as const,
    part: 'collateral',
    amount: valueScaled,
    instrument: null,
    leg: null,
    asset: held,
    detail: null,
  }));
  const parts = (of: AccountRequirementLine['of']) =>
    required.lines.filter((line) => line.of === of).map((line): BookLine => ({ ...line, of: `${of}Margin` }));
  return [
    ...rounded(equity, (sum) => divFloor(sum, unitsPerMinor * VALUE_SCALE)),
    ...(['initial', 'maintenance', 'order'] as const).flatMap((of) =>
      rounded(parts(of), (sum) => divCeil(sum, unitsPerMinor)),
    ),
  ];
}

export function lineAnswer(
  checked: CheckedDocument,
  { of, part, amount, instrument, leg, asset, detail }: BookLine,
  text: (minor: bigint) => string,
): WholeAccountAnswer['lines'][number] {
  return {
    name: `${of}.${part}`,
    amount: text(amount),
    ...(instrument === null ? {} : { instrument: nameAt(checked.instruments, instrument) }),
    ...(leg === null || leg === 'net' ? {} : { leg }),
    ...(asset === null ? {} : { asset: nameAt(checked.assets, asset) }),
    ...(detail === null ? {} : { detail }),
  };
}

function rounded(lines: readonly BookLine[], round: (sum: bigint) => bigint): readonly BookLine[] {
  let exact = 0n;
  let shown = 0n;
  return lines.map((line) => {
    exact += line.amount;
    const next = round(exact);
    const amount = next - shown;
    shown = next;
    return { ...line, amount };
  });
}

function nameAt(names: ReadonlyMap<string, unknown>, at: number): string {
  return [...names.keys()][at] as string;
}

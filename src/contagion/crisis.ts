/**
 * A crisis as a stress run reads it: factors to the price before, in parts per million, so that any book can be put
 * through it; depth; mechanisms with their figures. `readCrisis` makes it of a document, or names the field and the
 * rule it breaks.
 */
import { err, ok, type Ppm, type Result } from '../base/index.js';
import { documentFault } from './crisisFaults.js';
import { decimalPpm, ratioPpm } from './crisisNumbers.js';
import type { CrisisDocument, MechanismKind, SCOPES } from './crisisSchema.js';
import { shapeFault } from './crisisShape.js';

export interface Crisis {
  readonly id: string;
  readonly title: string;
  readonly date: string;
  readonly summary: string;
  readonly steps: readonly CrisisStep[];
  readonly mechanisms: readonly Mechanism[];
  readonly sources: CrisisDocument['sources'];
}

export interface CrisisStep {
  readonly minute: number;
  readonly label: string;
  readonly shocks: readonly CrisisShock[];
  readonly depth: readonly DepthShock[];
}

export interface CrisisShock {
  /** `*` for every asset that the crisis does not name. */
  readonly asset: string;
  readonly on: (typeof SCOPES)[number];
  /** Price over the price before the crisis, to the nearest; 0 only of a price that rounds to nothing. */
  readonly factorPpm: Ppm;
}

export interface DepthShock {
  readonly asset: string;
  readonly multiplierPpm: Ppm;
  readonly gapPpm: Ppm;
}

export interface Mechanism {
  readonly kind: MechanismKind;
  readonly assets: readonly string[];
  readonly fromMinute: number;
  /** Null: it lasts. */
  readonly untilMinute: number | null;
  /** Decimal text by name; `crisisFaults.ts` says which names a kind has. */
  readonly figures: Readonly<Record<string, string>>;
  /** `floorPrice` over the price before the crisis of its one asset; null where the mechanism has none. */
  readonly floorPpm: Ppm | null;
}

/** Of which field of the document, as a JSON pointer, which rule is broken. */
export interface CrisisFault {
  readonly path: string;
  readonly rule: string;
}

/** Reads a document of any origin. Never throws: what is wrong is named, the first fault first. */
export function readCrisis(value: unknown): Result<Crisis, CrisisFault> {
  const malformed = shapeFault(value);
  if (malformed !== null) return err(malformed);
  const document = value as CrisisDocument;
  const fault = documentFault(document);
  if (fault !== null) return err(fault);
  return ok(crisisOf(document));
}

function crisisOf(document: CrisisDocument): Crisis {
  const { id, title, date, summary, sources } = document;
  const starts = new Map(document.assets.map(({ asset, price }) => [asset, price]));
  return {
    id,
    title,
    date,
    summary,
    sources,
    steps: document.steps.map(({ minute, label, shocks, depth = [] }) => ({
      minute,
      label,
      shocks: shocks.map(({ asset, on, price, move }) => ({
        asset,
        on,
        factorPpm:
          price === undefined
            ? 1_000_000n + decimalPpm(move as string)
            : ratioPpm(price, starts.get(asset) as string),
      })),
      depth: depth.map(({ asset, multiplier, gap }) => ({
        asset,
        multiplierPpm: decimalPpm(multiplier),
        gapPpm: gap === undefined ? 0n : decimalPpm(gap),
      })),
    })),
    mechanisms: document.mechanisms.map(({ kind, assets, fromMinute, untilMinute, figures }) => ({
      kind,
      assets,
      fromMinute,
      untilMinute: untilMinute ?? null,
      figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])),
      floorPpm: floorOf(assets, figures, starts),
    })),
  };
}

function floorOf(
  [asset]: readonly string[],
  figures: CrisisDocument['mechanisms'][number]['figures'],
  starts: ReadonlyMap<string, string | undefined>,
): Ppm | null {
  const floor = figures.find(({ name }) => name === 'floorPrice');
  const start = asset === undefined ? undefined : starts.get(asset);
  return floor === undefined || start === undefined ? null : ratioPpm(floor.value, start);
}

/** A book written down as groups of owners who are alike but for how much they have behind the same positions. */
import { mulDivFloor, PPM, type Ppm } from '../../base/index.js';
import { ASSET_PRICE_SCALE } from '../../margin/index.js';
import type { InstrumentDefinition } from '../../market/index.js';
import type { Book, BookAccount, BookAsset, BookInstrument, BookWallet } from '../book.js';

export interface BookSketch {
  readonly name: string;
  readonly valuationAsset: string;
  readonly assets: readonly SketchAsset[];
  readonly instruments: readonly SketchInstrument[];
  readonly groups: readonly SketchGroup[];
  /** Money that stands behind no account; whose it is may be a bystander. */
  readonly wallets: readonly (BookWallet & { readonly isBystander: boolean })[];
  /** Insurance money, minor units of the valuation asset. */
  readonly fundMinor: bigint;
}

export interface SketchAsset {
  readonly id: string;
  readonly decimals: number;
  /** As collateral; null for the valuation asset. */
  readonly collateral: {
    /** In whole units of the valuation asset, x 1,000,000. */
    readonly pricePpm: Ppm;
    readonly haircutPpm: Ppm;
  } | null;
}

export interface SketchInstrument
  extends Pick<
    InstrumentDefinition,
    'id' | 'payoff' | 'base' | 'quote' | 'settle' | 'contractSize' | 'tickSize' | 'lotSize'
  > {
  readonly priceTicks: bigint;
  readonly initialMarginPpm: Ppm;
  readonly maintenanceMarginPpm: Ppm;
}

export interface SketchGroup {
  /** Owners are `name-1` and so on. */
  readonly name: string;
  readonly owners: number;
  /** Nothing of theirs is of what the mechanism works on. */
  readonly isBystander: boolean;
  readonly positions: readonly {
    readonly instrument: string;
    /** Signed, long positive. */
    readonly lots: bigint;
    /** Entry price over the mark. */
    readonly entryPpm: Ppm;
  }[];
  /** Of the first owner, and how much more the last one has, as a share; those between in even steps. */
  readonly collateral: { readonly asset: string; readonly minor: bigint };
  readonly spreadPpm: Ppm;
}

export function bookOf(sketch: BookSketch): Book {
  const { name, valuationAsset, assets, instruments, groups, wallets, fundMinor } = sketch;
  const decimals = new Map(assets.map((asset) => [asset.id, asset.decimals]));
  return {
    name,
    valuationAsset,
    assets: assets.map((asset) => assetOf(asset, decimals.get(valuationAsset) ?? 0)),
    instruments: instruments.map(instrumentOf),
    accounts: groups.flatMap((group) => accountsOf(group, instruments)),
    wallets,
    funds: [{ asset: valuationAsset, amountMinor: fundMinor, pool: null }],
  };
}

/** Owners on whose holdings the mechanism does not work. */
export function bystandersOf({ groups, wallets }: BookSketch): ReadonlySet<string> {
  return new Set([
    ...groups.filter(({ isBystander }) => isBystander).flatMap(ownersOf),
    ...wallets.filter(({ isBystander }) => isBystander).map(({ owner }) => owner),
  ]);
}

function ownersOf({ name, owners }: SketchGroup): string[] {
  return Array.from({ length: owners }, (_, at) => `${name}-${at + 1}`);
}

function assetOf({ id, decimals, collateral }: SketchAsset, valuationDecimals: number): BookAsset {
  if (collateral === null) return { id, decimals, collateral };
  const { pricePpm, haircutPpm } = collateral;
  const scaled = pricePpm * ASSET_PRICE_SCALE * 10n ** BigInt(valuationDecimals);
  return {
    id,
    decimals,
    collateral: {
      price: scaled / (PPM * 10n ** BigInt(decimals)),
      haircutPpm,
      countedCapMinor: null,
      peg: null,
      conversionRank: 1,
      conversionSpreadPpm: 10_000n,
    },
  };
}

function instrumentOf(sketch: SketchInstrument): BookInstrument {
  const { priceTicks, initialMarginPpm, maintenanceMarginPpm, ...terms } = sketch;
  const markTicks = priceTicks * TICK_SCALE;
  return {
    markTicks,
    indexTicks: markTicks,
    pool: null,
    definition: {
      ...COMMON_TERMS,
      ...terms,
      brackets: [
        {
          notionalCapMinor: null,
          initialMarginRatePpm: initialMarginPpm,
          maintenanceMarginRatePpm: maintenanceMarginPpm,
          leverageMaxPpm: (PPM * PPM) / initialMarginPpm,
        },
      ],
    },
  };
}

function accountsOf(group: SketchGroup, instruments: readonly SketchInstrument[]): BookAccount[] {
  const { owners, positions, collateral, spreadPpm } = group;
  const entryOf = (instrument: string, entryPpm: Ppm) =>
    mulDivFloor(instruments.find(({ id }) => id === instrument)?.priceTicks ?? 0n, entryPpm, PPM);
  return ownersOf(group).map((owner, at) => ({
    id: owner,
    owner,
    mode: 'cross',
    pool: null,
    collateral: [
      {
        asset: collateral.asset,
        amountMinor:
          collateral.minor +
          (owners === 1 ? 0n : (collateral.minor * spreadPpm * BigInt(at)) / (PPM * BigInt(owners - 1))),
      },
    ],
    positions: positions.map(({ instrument, lots, entryPpm }) => ({
      instrument,
      lots,
      entryTicks: entryOf(instrument, entryPpm),
    })),
  }));
}

const TICK_SCALE = 10n;

const COMMON_TERMS = {
  instrumentKind: 'perpetual',
  markTicksPerTick: TICK_SCALE,
  makerFeePpm: 0n,
  takerFeePpm: 0n,
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'none',
  unrealizedProfitSharePpm: 0n,
  removalFloorPpm: 100_000n,
  markMaxAgeMs: 3_600_000,
  markMaxJumpPpm: 100_000_000n,
  markConfirmations: 1,
  fillBandPpm: 10_000_000n,
  fundingRateMaxPpm: 10_000n,
  expiryMs: null,
  option: null,
  positionCapLots: null,
  openInterestCapLots: null,
  concentration: null,
  feeTiers: [],
} as const;

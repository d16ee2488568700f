/** The report of a stress run as a document: amounts in units of their asset, rates as fractions, all decimal strings. */
import { formatMinor } from '../base/decimal.js';
import {
  type Book,
  type Crisis,
  type LayerSums,
  LOSS_LAYERS,
  type LossLayer,
  type StressImpact,
  type StressOutcome,
  type StressReport,
  type StressRun,
  unplayedAssets,
  unplayedMechanisms,
} from '../contagion/index.js';
import type { StressDocument, StressPolicyReport } from './stressSchema.js';

export interface StressSource {
  readonly kind: StressDocument['book']['source'];
  readonly seed: string | null;
  readonly stateHash: string | null;
}

export function stressDocument(
  report: StressReport,
  of: {
    readonly book: Book;
    readonly source: StressSource;
    readonly crisis: Crisis;
    readonly impact: StressImpact | null;
  },
): StressDocument {
  const { book, source, crisis, impact } = of;
  return {
    crisis: { id: crisis.id, title: crisis.title, unplayed: [...unplayedMechanisms(crisis)] },
    book: {
      source: source.kind,
      name: book.name,
      seed: source.seed,
      stateHash: source.stateHash,
      owners: new Set(book.accounts.map(({ owner }) => owner)).size,
      accounts: book.accounts.length,
      instruments: book.instruments.length,
      valuationAsset: book.valuationAsset,
      unplayed: unplayedAssets(crisis, book),
      leftOut: [...(book.leftOut ?? [])],
    },
    impact: {
      kind: impact?.kind ?? 'off',
      depthShareAtOnePercent: impact?.depthShareAtOnePercent ?? null,
      permanence: impact?.permanence ?? null,
      books: impact?.kind === 'book' ? [...impact.books.keys()].sort() : [],
    },
    policies: report.outcomes.map((outcome) => policyReport(outcome, book)),
  };
}

function policyReport(outcome: StressOutcome, book: Book): StressPolicyReport {
  const { run } = outcome;
  const value = (minor: bigint) => formatMinor(minor, decimalsOf(book, book.valuationAsset));
  return {
    id: run.policy.id,
    title: run.policy.title,
    deficit: value(outcome.deficitMinor),
    layers: layersOf(outcome.layersMinor, value),
    liquidatedAccounts: outcome.liquidatedAccounts,
    takenOverAccounts: outcome.takenOverAccounts,
    contagionAccounts: outcome.contagionAccounts,
    contagionLoss: value(outcome.contagionLossMinor),
    deleveragedLots: String(outcome.deleveragedLots),
    neededLots: String(outcome.neededLots),
    locked: value(outcome.lockedMinor),
    worstDislocation: fraction(outcome.worstDislocationPpm),
    worstDislocated: outcome.worstDislocated,
    roundCount: outcome.rounds,
    amplification: outcome.amplificationPpm === null ? null : fraction(outcome.amplificationPpm),
    startHash: run.startHash,
    endHash: run.endHash,
    refusedFills: run.refused.length,
    pools: run.pools.map((pool) => poolReport(pool, book)),
    channels: outcome.channels.map(
      ({ channel, isOpen, deficitMinor, paidByOthersMinor, ownersLiquidated }) => ({
        channel,
        isOpen,
        deficit: value(deficitMinor),
        paidByOthers: value(paidByOthersMinor),
        ownersLiquidated,
      }),
    ),
    rounds: run.rounds.map(
      ({ deficitMinor, paidByFundMinor, paidByGainsMinor, openMinor, dislocationPpm, ...round }) => ({
        ...round,
        dislocation: fraction(dislocationPpm),
        deficit: value(deficitMinor),
        paidByFund: value(paidByFundMinor),
        paidByGains: value(paidByGainsMinor),
        open: value(openMinor),
      }),
    ),
    liquidated: run.liquidated.map((entry) => ({
      ...entry,
      owner: run.owners.get(entry.account) ?? entry.account,
    })),
  };
}

function layersOf(sums: LayerSums, text: (minor: bigint) => string): Record<LossLayer, string> {
  return Object.fromEntries(LOSS_LAYERS.map((layer) => [layer, text(sums[layer])])) as Record<
    LossLayer,
    string
  >;
}

function poolReport(pool: StressRun['pools'][number], book: Book): StressPolicyReport['pools'][number] {
  const amount = (minor: bigint) => formatMinor(minor, decimalsOf(book, pool.asset));
  return {
    pool: pool.pool,
    asset: pool.asset,
    deficit: amount(pool.deficitMinor),
    layers: layersOf(pool.paidMinor, amount),
    deleveragedLots: String(pool.deleveragedLots),
    neededLots: String(pool.neededLots),
  };
}

function decimalsOf(book: Book, asset: string): number {
  return book.assets.find(({ id }) => id === asset)?.decimals ?? 0;
}

function fraction(ppm: bigint): string {
  return formatMinor(ppm, 6);
}

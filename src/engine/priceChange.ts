/** New values of what accounts are judged at or by, while the command that brings them is being decided. */
import type { CollateralTerms } from '../margin/index.js';
import type { EventOf } from './event.js';
import type { ListedInstrument } from './listing.js';
import type { State } from './state.js';

export interface PriceChange {
  readonly marks: Map<number, { readonly markTicks: bigint; readonly indexTicks: bigint }>;
  /** By pool asset. */
  readonly assetPrices: Map<number, bigint>;
  readonly fundingIndexes: Map<number, bigint>;
  /** By pool asset. */
  readonly borrowIndexes: Map<number, bigint>;
  readonly terms: Map<number, ListedInstrument>;
  /** By pool asset. */
  readonly collateral: Map<number, CollateralTerms>;
  readonly scenarios?: EventOf<'scenariosSent'>;
}

export function newPrices(): PriceChange {
  return {
    marks: new Map(),
    assetPrices: new Map(),
    fundingIndexes: new Map(),
    borrowIndexes: new Map(),
    terms: new Map(),
    collateral: new Map(),
  };
}

export function markAt(state: State, instrumentRow: number, change: PriceChange | undefined) {
  return (
    change?.marks.get(instrumentRow) ?? {
      markTicks: state.instruments.markTicks.get(instrumentRow),
      indexTicks: state.instruments.indexTicks.get(instrumentRow),
    }
  );
}

export function fundingIndexAt(state: State, instrumentRow: number, change: PriceChange | undefined): bigint {
  return change?.fundingIndexes.get(instrumentRow) ?? state.instruments.fundingIndex.get(instrumentRow);
}

/** The positions of a margin account that is judged whole, with the field names of CCXT. */
import { abs } from '../base/index.js';
import { judgedAssetRow } from '../engine/accountHealth.js';
import { positionOf } from '../engine/accountParts.js';
import { hasUsableMark, listedInstrument, markValue, type Situation, type State } from '../engine/index.js';
import { accruedFunding } from '../engine/trade.js';
import {
  accountLiquidationPrice,
  bracketIndex,
  type Leg,
  type LegView,
  type MarginMode,
  roundUp,
} from '../margin/index.js';
import { notionalOn } from '../margin/maintenanceMargin.js';
import { notionalAtMark } from '../market/index.js';
import { type DeleverageRankView, deleverageRankView } from './deleverageRankView.js';
import { entryPrice } from './positionParts.js';
import {
  assetScale,
  formatAmount,
  formatIndex,
  formatMark,
  formatPpm,
  formatQuantity,
  instrumentScale,
} from './scale.js';
import type { WholeFigures } from './wholeFigures.js';

/** Amounts are in the settlement asset, margins in the account's. */
export interface WholePositionView {
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: 'long' | 'short';
  readonly contracts: string;
  readonly contractSize: string;
  /** Settlement asset of the instrument. */
  readonly asset: string;
  /** Average price of the lots held, to the nearest of 8 decimals beyond the tick; of an option the premium. */
  readonly entryPrice: string;
  readonly markPrice: string;
  readonly notional: string;
  readonly leverage: string;
  readonly unrealizedPnl: string;
  /** Funding since the position last collected: positive to receive. */
  readonly accruedFunding: string;
  /** Its lines of the account's requirements; of legs that are netted, with the larger. */
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  /** The account's. */
  readonly marginRatio: string | null;
  /**
   * First mark of this instrument at which the account is liquidatable, all other prices held: for a long coming from
   * above, for a short from below; null for none.
   */
  readonly liquidationPrice: string | null;
  /** Why there is none: at no mark on that side, at every mark, or a price is missing. */
  readonly liquidationPriceReason: 'none' | 'always' | 'unknown' | null;
  readonly marginMode: MarginMode;
  /** Tier of the notional at the maintenance basis, from 1; null of an option. */
  readonly tier: number | null;
  readonly option: OptionView | null;
  readonly markUsable: boolean;
  /** Where it stands if its side has to be deleveraged. */
  readonly deleveraging: DeleverageRankView | null;
  /** Source time of the mark. */
  readonly timestamp: number;
}

export interface OptionView {
  readonly optionType: 'call' | 'put';
  readonly underlying: string;
  /** In quote. */
  readonly strike: string;
  readonly underlyingPrice: string;
  readonly expiryMs: number;
}

export function wholePositionViews(
  situation: Situation,
  accountRow: number,
  figures: WholeFigures,
): readonly WholePositionView[] {
  return figures.view.legs.map((leg) => positionView(situation, accountRow, { leg, figures }));
}

function positionView(
  situation: Situation,
  accountRow: number,
  { leg, figures }: { readonly leg: LegView; readonly figures: WholeFigures },
): WholePositionView {
  const { state, timeMs } = situation;
  const { instrument: instrumentRow, lots, cost, terms, markTicks } = leg;
  const listed = listedInstrument(state, instrumentRow);
  const { definition } = listed;
  const scale = instrumentScale(state, instrumentRow);
  const row = positionOf(state, { accountRow, instrumentRow, leg: leg.leg });
  // An option's premium was paid when it traded; its cost is what an earlier shortage left on it.
  const paid = cost + state.positions.premium.get(row);
  const amount = (minor: bigint) => formatAmount(minor, scale);
  const margin = (of: string) =>
    formatAmount(marginOf(figures, leg, of), assetScale(state, judgedAssetRow(state, accountRow)));
  return {
    symbol: definition.id,
    leg: leg.leg,
    side: lots > 0n ? 'long' : 'short',
    contracts: formatQuantity(abs(lots), listed),
    contractSize: definition.contractSize,
    asset: scale.asset,
    entryPrice: entryPrice(listed, { lots, cost: paid }),
    markPrice: formatMark(markTicks, listed),
    // Rounded up: exposure is never understated.
    notional: amount(roundUp(notionalAtMark(terms, lots, markTicks), 1n)),
    leverage: formatPpm(leg.leverage),
    unrealizedPnl: amount(markValue(state, instrumentRow, lots) - paid),
    accruedFunding: amount(accruedFunding(state, row)),
    initialMargin: margin('initialMargin'),
    maintenanceMargin: margin('maintenanceMargin'),
    marginRatio: figures.marginRatio,
    ...liquidationPriceOf(state, figures, leg),
    marginMode: figures.view.mode,
    tier: tierOf(leg),
    option: optionView(leg, listed),
    markUsable: hasUsableMark(state, instrumentRow, timeMs),
    deleveraging: deleverageRankView(situation, row),
    timestamp: state.instruments.markTimeMs.get(instrumentRow),
  };
}

function marginOf({ lines, view }: WholeFigures, { instrument, leg, lots }: LegView, of: string): bigint {
  const isLarger = view.legs.every(
    (other) => other.instrument !== instrument || abs(other.lots) <= abs(lots),
  );
  return lines
    .filter((line) => line.name.startsWith(`${of}.`) && line.instrument === instrument)
    .filter((line) => line.leg === leg || (line.leg === 'net' && isLarger))
    .reduce((sum, line) => sum + line.amount, 0n);
}

function liquidationPriceOf(
  state: State,
  { view }: WholeFigures,
  { instrument, lots }: LegView,
): Pick<WholePositionView, 'liquidationPrice' | 'liquidationPriceReason'> {
  const { below, above } = accountLiquidationPrice(view, instrument);
  const edge = lots > 0n ? below : above;
  if (edge.kind !== 'price') return { liquidationPrice: null, liquidationPriceReason: edge.kind };
  const liquidationPrice = formatMark(edge.markTicks, listedInstrument(state, instrument));
  return { liquidationPrice, liquidationPriceReason: null };
}

function tierOf({ terms, option, lots, cost, fundingPerLot, leverage, markTicks }: LegView): number | null {
  if (option !== null) return null;
  const held = { collateral: 0n, lots, cost, fundingPerLot, leverage };
  return bracketIndex(terms.brackets, notionalOn(terms.maintenanceBasis, terms, held, markTicks)) + 1;
}

function optionView(
  { option, indexTicks }: LegView,
  listed: ReturnType<typeof listedInstrument>,
): OptionView | null {
  const { definition } = listed;
  if (option === null || definition.option === null) return null;
  const { optionType, underlying, strike } = definition.option;
  const underlyingPrice = formatIndex(indexTicks, listed);
  return { optionType, underlying, strike, underlyingPrice, expiryMs: option.expiryMs };
}

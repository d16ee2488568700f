/**
 * The last step: what the fund could not pay is shared among the pool's gains, unrealized and realized since
 * the pool was last sound. Only gains pay, never principal, and nobody is brought under maintenance by it.
 *
 * A share of an unrealized gain is realized without closing a lot: the position's cost moves against its holder
 * by the share, so that the same gain is never asked twice.
 */
import { max, min } from '../../base/index.js';
import { type Gain, shareLoss } from '../../liquidation/index.js';
import { spareGain, unrealizedPnlFloor } from '../../margin/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { fundBalance } from '../soundness.js';
import { listedInstrument, poolLedgerRow, type State } from '../state.js';
import { outstandingOf } from './cover.js';

/** Payers in one step: the rest follows in the next, at the same rate, so that no event grows without bound. */
const PAYERS_MAX = 1024;

/** What one account has gained, and what it can give and stay healthy. */
interface SharedGain extends Gain {
  readonly realizedMinor: bigint;
}

export function decideShare(situation: Situation, { poolAssetRow }: CommandOf<'share'>): Decision {
  const { state } = situation;
  const deficitRow = state.poolAssets.firstOpenDeficit.get(poolAssetRow);
  if (deficitRow < 0 || fundBalance(state, poolAssetRow) > 0n) return reject('nothing_to_do');
  const cursor = state.poolAssets.shareCursor.get(poolAssetRow);
  const gains = gainsOf(situation, poolAssetRow);
  const lossMinor = outstandingOf(state, deficitRow);
  // Whoever comes after the cursor has not been asked yet; a second round starts over.
  const unasked = shareLoss({ lossMinor, gains: gains.filter(({ row }) => row >= cursor) });
  const shares = unasked.length > 0 || cursor === 0 ? unasked : shareLoss({ lossMinor, gains });
  if (shares.length === 0) return [{ kind: 'shareExhausted', poolAssetRow }];
  const asked = shares.slice(0, PAYERS_MAX);
  const next = shares[PAYERS_MAX]?.row ?? 0;
  const gainByRow = new Map(gains.map((gain) => [gain.row, gain]));
  const parts = asked.map(({ row, paysMinor }) =>
    payment(state, poolAssetRow, { gain: gainByRow.get(row) as SharedGain, paysMinor }),
  );
  return [
    {
      kind: 'shared',
      deficitRow,
      cursor: next,
      amount: asked.reduce((sum, { paysMinor }) => sum + paysMinor, 0n),
      payers: parts.map(({ payer }) => payer),
      realized: parts.flatMap(({ realized }) => realized),
      transfers: parts.flatMap(({ transfers }) => transfers),
      positions: parts.flatMap(({ positions }) => positions),
    },
  ];
}

/** Every account of the pool that has gained. */
function gainsOf({ state, timeMs }: Situation, poolAssetRow: number): SharedGain[] {
  const { accounts, instruments } = state;
  const gains: SharedGain[] = [];
  for (let row = 0; row < accounts.table.size; row++) {
    const instrumentRow = accounts.instrument.get(row);
    if (instruments.poolAsset.get(instrumentRow) !== poolAssetRow || accounts.isQueued.get(row) === 1)
      continue;
    const view = accountView(state, row);
    if (view.lots === 0n) {
      const realizedMinor = min(realizedGain(state, row), view.collateral);
      if (realizedMinor > 0n)
        gains.push({ row, realizedMinor, gainMinor: realizedMinor, capacityMinor: realizedMinor });
      continue;
    }
    // A gain at a mark that may not decide is not shared, and nothing is taken from behind such a position.
    if (!hasUsableMark(state, instrumentRow, timeMs)) continue;
    const { marginTerms } = listedInstrument(state, instrumentRow);
    const markTicks = instruments.markTicks.get(instrumentRow);
    const realizedMinor = min(realizedGain(state, row), view.collateral);
    const unrealizedMinor = max(0n, unrealizedPnlFloor(marginTerms, view, markTicks));
    const gainMinor = realizedMinor + unrealizedMinor;
    if (gainMinor === 0n) continue;
    const gain = { realized: realizedMinor, unrealized: unrealizedMinor, markTicks };
    const capacityMinor = spareGain(marginTerms, view, gain);
    gains.push({ row, realizedMinor, gainMinor, capacityMinor });
  }
  return gains;
}

/** Gains realized since the pool was last sound, less what of them was shared already. */
function realizedGain(state: State, accountRow: number): bigint {
  const { accounts, pools } = state;
  const isCurrent =
    accounts.realizedAtCount.get(accountRow) === pools.soundCount.get(accounts.pool.get(accountRow));
  return isCurrent ? max(0n, accounts.realizedGain.get(accountRow)) : 0n;
}

type Shared = EventOf<'shared'>;

interface Payment {
  readonly payer: Shared['payers'][number];
  readonly realized: Shared['realized'];
  readonly transfers: Shared['transfers'];
  readonly positions: Shared['positions'];
}

/** Realized gains pay first, from the balance; the rest is realized out of the position, and paid at once. */
function payment(
  state: State,
  poolAssetRow: number,
  { gain, paysMinor }: { readonly gain: SharedGain; readonly paysMinor: bigint },
): Payment {
  const { accounts, positions } = state;
  const accountRow = gain.row;
  const ledgerRow = accounts.ledgerRow.get(accountRow);
  const fromRealized = min(paysMinor, gain.realizedMinor);
  const fromPosition = paysMinor - fromRealized;
  const payer = { accountRow, gainMinor: gain.gainMinor, paysMinor };
  const realized = fromRealized === 0n ? [] : [{ accountRow, gainMinor: -fromRealized }];
  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  const pay = { flow: 'share', from: ledgerRow, to, amount: paysMinor } as const;
  if (fromPosition === 0n) return { payer, realized, transfers: [pay], positions: [] };
  const position = accounts.position.get(accountRow);
  const settlement = poolLedgerRow(state, poolAssetRow, 'settlement');
  return {
    payer,
    realized,
    transfers: [{ flow: 'realizeGain', from: settlement, to: ledgerRow, amount: fromPosition }, pay],
    positions: [
      {
        position,
        lots: positions.lots.get(position),
        cost: positions.cost.get(position) + fromPosition,
        fundingIndex: positions.fundingIndex.get(position),
      },
    ],
  };
}

/**
 * Accounts of the client or group give back what they gained by fills with an account that has left a deficit, before the
 * pool's fund or anybody else is asked (ISO-05). In proportion to what each can give, by largest remainder; out of gains
 * alone, and nobody is brought under maintenance margin by it.
 */
import { splitProRata } from '../../liquidation/index.js';
import { payment } from '../accountGains.js';
import { clawbackPart } from '../clawback.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { layersOf } from '../lossLayers.js';
import { reject } from '../rejection.js';

export function decideClawBack(situation: Situation, { poolAssetRow }: CommandOf<'clawBack'>): Decision {
  const { state } = situation;
  const part = clawbackPart(layersOf(situation, poolAssetRow));
  if (part === null) return reject('nothing_to_do');
  const { deficitRow, amount, payers } = part;
  const items = payers.map(({ payableMinor }) => ({ weight: payableMinor, cap: payableMinor }));
  const parts = splitProRata({ amount, items });
  const paid = payers
    .map((payer, i) => ({ ...payer, paysMinor: parts[i] as bigint }))
    .filter(({ paysMinor }) => paysMinor > 0n)
    .map((payer) => ({ ...payer, ...payment(state, poolAssetRow, { ...payer, flow: 'clawBack' }) }));
  return [
    {
      kind: 'clawedBack',
      poolRow: state.poolAssets.pool.get(poolAssetRow),
      poolAssetRow,
      deficitRow,
      amount,
      payers: paid.map(({ clawbackRow, accountRow, claimMinor, paysMinor }) => ({
        clawbackRow,
        accountRow,
        claimMinor,
        paysMinor,
      })),
      transfers: paid.flatMap(({ transfers }) => transfers),
      positions: paid.flatMap(({ positions }) => positions),
      realized: paid.flatMap(({ realized }) => realized),
    },
  ];
}

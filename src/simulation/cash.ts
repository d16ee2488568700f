/** Money that comes from outside and goes there, each through both of its phases. */
import type { Minor } from '../base/units.js';
import type { Sender } from './sender.js';

interface Money {
  readonly client: string;
  readonly asset: string;
  readonly amountMinor: Minor;
}

/** A deposit that is announced and becomes final. */
export function depositMoney(sender: Sender, money: Money & { readonly deposit: string }): void {
  const { deposit } = money;
  const outcome = sender.send({ kind: 'announceDeposit', ...money });
  if (outcome.kind === 'accepted') sender.send({ kind: 'finalizeDeposit', deposit });
}

/** A withdrawal that is requested, sent and arrives. */
export function withdrawMoney(sender: Sender, money: Money & { readonly withdrawal: string }): void {
  const { withdrawal } = money;
  const outcome = sender.send({ kind: 'requestWithdrawal', ...money });
  if (outcome.kind === 'rejected') return;
  sender.send({ kind: 'sendWithdrawal', withdrawal });
  sender.send({ kind: 'settleWithdrawal', withdrawal });
}

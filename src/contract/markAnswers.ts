/** Whether a command's answer hangs on the mark of an instrument: what it opens, takes out or moves, for who holds it. */
import type { Command, ExternalCommand, State } from '../engine/index.js';
import { holdsInstrument } from './markCounterfactual.js';

const JUDGED_BY_MARK = [
  'allocate',
  'release',
  'setLeverage',
  'switchMode',
  'carvePosition',
  'mergeAccount',
  'fill',
  'placeOrder',
  'amendOrder',
  'borrow',
] as const;

type Judged = Extract<Command, { readonly kind: (typeof JUDGED_BY_MARK)[number] }>;

export interface Concern {
  readonly command: ExternalCommand;
  /** Who asked; null of a fill, which has two sides. */
  readonly account: string | null;
}

/** Null where the mark has no part in it. */
export function concernOf(state: State, command: Command, instrumentRow: number): Concern | null {
  if (!isJudged(command)) return null;
  const { accounts, instruments, orders } = state;
  const isNamed = 'instrument' in command && command.instrument === instruments.names.nameOf(instrumentRow);
  if (command.kind === 'fill') return isNamed ? { command, account: null } : null;
  const account = accountOf(state, command);
  const row = account === null ? -1 : accounts.names.rowOf(account);
  if (command.kind === 'amendOrder') {
    const orderRow = orders.names.rowOf(command.order);
    if (orderRow >= 0 && orders.instrument.get(orderRow) === instrumentRow) return { command, account };
  }
  return isNamed || (row >= 0 && holdsInstrument(state, row, instrumentRow)) ? { command, account } : null;
}

function isJudged(command: Command): command is Judged {
  return (JUDGED_BY_MARK as readonly string[]).includes(command.kind);
}

function accountOf(
  { accounts, orders }: State,
  command: Exclude<Judged, { readonly kind: 'fill' }>,
): string | null {
  if (command.kind !== 'amendOrder') return command.account;
  const orderRow = orders.names.rowOf(command.order);
  return orderRow < 0 ? null : accounts.names.nameOf(orders.account.get(orderRow));
}

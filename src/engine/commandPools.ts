/**
 * The pools a command is about, by what it names: only their parameters come into force before it, so that no pool is moved
 * by a command of another (law 4).
 */
import { type Command, isInternal } from './command.js';
import { poolOfWork } from './pendingWork.js';
import { proposedBy } from './proposals.js';
import type { State } from './state.js';

export function poolsOfCommand(state: State, command: Command): ReadonlySet<number> {
  if (isInternal(command)) return new Set([poolOfWork(state, command)]);
  const pools = new Set<number>();
  const { accounts, instruments, orders, pools: known, proposals } = state;
  const add = (poolRow: number) => {
    if (poolRow >= 0) pools.add(poolRow);
  };
  const addInstrument = (name: string) => {
    const row = instruments.names.rowOf(name);
    if (row >= 0) add(instruments.pool.get(row));
  };
  const addAccount = (name: string) => {
    const row = accounts.names.rowOf(name);
    if (row >= 0) add(accounts.pool.get(row));
  };
  if ('pool' in command && command.pool !== null) add(known.names.rowOf(command.pool));
  if ('toPool' in command) add(known.names.rowOf(command.toPool));
  if ('instrument' in command && command.instrument !== null) addInstrument(command.instrument);
  if ('account' in command) addAccount(command.account);
  if ('into' in command) addAccount(command.into);
  if ('definition' in command) addInstrument(command.definition.id);
  if ('order' in command) {
    const row = orders.names.rowOf(command.order);
    if (row >= 0) add(accounts.pool.get(orders.account.get(row)));
  }
  if (command.kind === 'approve') {
    const row = proposals.names.rowOf(command.proposal);
    if (row >= 0) addInstrument(proposedBy(state, row).correction.instrument);
  }
  if (command.kind === 'mark') {
    for (const { instrument } of command.marks) addInstrument(instrument);
    for (const { pool } of command.assetPrices) add(known.names.rowOf(pool));
  }
  if (command.kind === 'quote') {
    for (const { instrument } of command.instruments) addInstrument(instrument);
    for (const { pool } of command.assets) add(known.names.rowOf(pool));
  }
  return pools;
}

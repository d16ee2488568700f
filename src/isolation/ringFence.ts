/**
 * The ring fence: every movement of money passes here and carries the name of its flow, or is refused. It
 * holds the ledger's only right to post.
 */
import { assert } from '../base/index.js';
import type { Ledger, Movement } from '../ledger/index.js';
import { FLOWS, type Flow, type FlowName } from './flows.js';

/** A movement with the name of the flow that allows it. */
export interface Transfer extends Movement {
  readonly flow: FlowName;
}

export type RingFence = (transfer: Transfer) => void;

/** Takes the right to post from the ledger and returns the one door through which money moves. */
export function ringFence(ledger: Ledger): RingFence {
  const post = ledger.claimPost();
  return (transfer) => {
    assert(isAllowed(ledger, transfer), () => `the ring fence has no flow ${describe(ledger, transfer)}`);
    post(transfer);
  };
}

/** Whether the closed list has a line for this transfer. */
export function isAllowed(ledger: Ledger, { flow: name, from, to }: Transfer): boolean {
  if (!Object.hasOwn(FLOWS, name)) return false;
  const flow: Flow = FLOWS[name];
  if (!flow.from.includes(ledger.kindOf(from)) || !flow.to.includes(ledger.kindOf(to))) return false;
  switch (flow.bond) {
    case 'sameClient':
      return isSameClient(ledger, from, to);
    case 'samePool':
      return isSamePool(ledger, from, to);
    case 'sameClientAndPool':
      return isSameClient(ledger, from, to) && isSamePool(ledger, from, to);
    case 'otherPool':
      return ledger.poolOf(from) >= 0 && ledger.poolOf(to) >= 0 && !isSamePool(ledger, from, to);
    case 'none':
      return true;
  }
}

function isSameClient(ledger: Ledger, from: number, to: number): boolean {
  return ledger.clientOf(from) >= 0 && ledger.clientOf(from) === ledger.clientOf(to);
}

function isSamePool(ledger: Ledger, from: number, to: number): boolean {
  return ledger.poolOf(from) >= 0 && ledger.poolOf(from) === ledger.poolOf(to);
}

function describe(ledger: Ledger, { flow, from, to }: Transfer): string {
  return `${flow} from ${ledger.kindOf(from)} ${from} to ${ledger.kindOf(to)} ${to}`;
}

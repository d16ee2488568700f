/**
 * A margin account as people read it, computed by the functions that decide about it. Its lines add up to its
 * totals exactly (MAR-12).
 */
import { hasClosedForm } from '../engine/accountParts.js';
import type { Situation } from '../engine/index.js';
import { type IsolatedAccountView, isolatedAccountView } from './isolatedAccountView.js';
import { type WholeAccountView, wholeAccountJson } from './wholeAccountView.js';

/** `positions` tells them apart: only accounts that are judged whole have several. */
export type AccountView = IsolatedAccountView | WholeAccountView;

export function accountView(situation: Situation, accountRow: number): AccountView {
  return hasClosedForm(situation.state, accountRow)
    ? isolatedAccountView(situation, accountRow)
    : wholeAccountJson(situation, accountRow);
}

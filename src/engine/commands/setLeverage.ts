/**
 * Changes the leverage of an account. It never moves money: a higher one only lowers the requirement, a lower
 * one is refused with the exact missing amount where equity does not meet it (MAR-04).
 */
import { abs, PPM } from '../../base/index.js';
import {
  accountEquityFloor,
  accountRequirement,
  bracketIndexOfWhole,
  equityFloor,
  initialMarginCeil,
} from '../../margin/index.js';
import { judgedAssetRow } from '../accountHealth.js';
import { hasAllPrices, openingBases, wholeAccountView } from '../accountMargin.js';
import { hasClosedForm, hasPosition } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { reject } from '../rejection.js';
import { listedInstrument, type State, settleAssetRow } from '../state.js';
import { accountFault } from './checks.js';
import { SHARED_LEVERAGE_MAX_PPM } from './openAccount.js';

export function decideSetLeverage(
  { state, derived, timeMs }: Situation,
  command: CommandOf<'setLeverage'>,
): Decision {
  const { account, leveragePpm } = command;
  const accountRow = state.accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  if (!hasClosedForm(state, accountRow))
    return decideSharedLeverage({ state, timeMs, derived }, accountRow, leveragePpm);
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  const bracket = marginTerms.brackets[bracketIndexOfWhole(marginTerms.brackets, abs(view.cost))];
  const leverageMaxPpm = bracket?.leverageMax as bigint;
  if (leveragePpm < PPM || leveragePpm > leverageMaxPpm) {
    return reject('leverage_out_of_range', { leveragePpm, leverageMinPpm: PPM, leverageMaxPpm });
  }
  if (view.lots !== 0n && leveragePpm < view.leverage) {
    if (!hasUsableMark(state, instrumentRow, timeMs)) {
      return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
    }
    const markTicks = state.instruments.markTicks.get(instrumentRow);
    const required = initialMarginCeil(marginTerms, { ...view, leverage: leveragePpm }, markTicks);
    const held = equityFloor(marginTerms, view, markTicks);
    if (held < required) {
      const assetRow = settleAssetRow(state, instrumentRow);
      return reject('insufficient_margin_for_leverage', {
        required: { minor: required, assetRow },
        available: { minor: held, assetRow },
        missing: { minor: required - held, assetRow },
      });
    }
  }
  return [{ kind: 'leverageSet', accountRow, leveragePpm }];
}

/** A shared account's leverage bounds what each of its positions asks for. */
function decideSharedLeverage(
  { state, timeMs }: Situation,
  accountRow: number,
  leveragePpm: bigint,
): Decision {
  if (leveragePpm < PPM || leveragePpm > SHARED_LEVERAGE_MAX_PPM) {
    return reject('leverage_out_of_range', {
      leveragePpm,
      leverageMinPpm: PPM,
      leverageMaxPpm: SHARED_LEVERAGE_MAX_PPM,
    });
  }
  const isLower = leveragePpm < state.accounts.leveragePpm.get(accountRow);
  if (isLower && hasPosition(state, accountRow)) {
    if (!hasAllPrices(state, accountRow))
      return reject('mark_unusable', { account: state.accounts.names.nameOf(accountRow) });
    const { required, held } = shortestAt(state, accountRow, { leveragePpm, timeMs });
    if (held < required) {
      const assetRow = judgedAssetRow(state, accountRow);
      return reject('insufficient_margin_for_leverage', {
        required: { minor: required, assetRow },
        available: { minor: held, assetRow },
        missing: { minor: required - held, assetRow },
      });
    }
  }
  return [{ kind: 'leverageSet', accountRow, leveragePpm }];
}

interface Standing {
  readonly required: bigint;
  readonly held: bigint;
}

/** What the positions would ask for and what there is, at those of the opening prices that leave the account less. */
function shortestAt(
  state: State,
  accountRow: number,
  { leveragePpm, timeMs }: { readonly leveragePpm: bigint; readonly timeMs: number },
): Standing {
  const [adverse, lastGood] = openingBases(timeMs).map((prices) => {
    const view = wholeAccountView(state, accountRow, { prices });
    // An order opens at the leverage of its account too.
    const withLeverage = <T extends object>(leg: T) => ({ ...leg, leverage: leveragePpm });
    const after = {
      ...view,
      legs: view.legs.map(withLeverage),
      orderTerms: view.orderTerms.map(withLeverage),
    };
    const { initial, order } = accountRequirement(after);
    return { required: initial + order, held: accountEquityFloor(after) };
  }) as [Standing, Standing];
  return adverse.held - adverse.required <= lastGood.held - lastGood.required ? adverse : lastGood;
}

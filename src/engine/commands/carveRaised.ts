/**
 * Carving by the engine itself: a client stores its consent beforehand; when an instrument is raised beyond cross the pool
 * takes each position out of the shared account into a new isolated one, by the flow a client would use, or records why it
 * stays (MAR-13).
 */
import { PPM } from '../../base/index.js';
import { LEGS, type Leg } from '../../margin/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { keptLevelOf } from '../levelStore.js';
import { carvingOf, grandfathered, type Stays } from '../levelWork.js';
import { reject } from '../rejection.js';
import type { State } from '../state.js';
import { accountFault } from './checks.js';
import { decideCarvePosition } from './movePosition.js';
import { SHARED_LEVERAGE_MAX_PPM } from './openAccount.js';

export function decideSetCarveConsent(
  { state }: Situation,
  { account, leveragePpm }: CommandOf<'setCarveConsent'>,
): Decision {
  const { accounts } = state;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  if (accounts.instrument.get(accountRow) >= 0) return reject('wrong_mode', { account });
  if (leveragePpm !== null && (leveragePpm < PPM || leveragePpm > SHARED_LEVERAGE_MAX_PPM)) {
    return reject('leverage_out_of_range', {
      leveragePpm,
      leverageMinPpm: PPM,
      leverageMaxPpm: SHARED_LEVERAGE_MAX_PPM,
    });
  }
  const wanted = leveragePpm ?? 0n;
  if (wanted === accounts.carveLeveragePpm.get(accountRow)) return reject('nothing_to_do', { account });
  return [{ kind: 'carveConsentSet', accountRow, leveragePpm: wanted }];
}

/** The new account was opened just before: this puts position, orders and collateral into it. */
export function decideCarveRaised(situation: Situation, { positionRow }: CommandOf<'carveRaised'>): Decision {
  const { state } = situation;
  const { accounts, instruments, positions } = state;
  const accountRow = positions.account.get(positionRow);
  const instrumentRow = positions.instrument.get(positionRow);
  const carving = carvingOf(situation, positionRow);
  if ('reason' in carving) return reject('nothing_to_do');
  return decideCarvePosition(situation, {
    kind: 'carvePosition',
    account: accounts.names.nameOf(accountRow),
    instrument: instruments.names.nameOf(instrumentRow),
    leg: LEGS[positions.leg.get(positionRow)] as Leg,
    into: accounts.names.nameOf(accounts.table.size - 1),
    amountMinor: carving.amount,
  });
}

export function decideGrandfatherHolders(
  situation: Situation,
  { instrumentRow }: CommandOf<'grandfatherHolders'>,
): Decision {
  const { state } = situation;
  const { inForce } = keptLevelOf(state, instrumentRow);
  const { stay, cursor } = grandfathered(situation, instrumentRow);
  return [grandfathering(state, { instrumentRow, level: inForce.level, stay, cursor })];
}

function grandfathering(
  { positions }: State,
  of: Pick<Extract<Event, { kind: 'holdersGrandfathered' }>, 'instrumentRow' | 'level' | 'cursor'> & {
    readonly stay: readonly Stays[];
  },
): Event {
  const { instrumentRow, level, stay, cursor } = of;
  const held = stay.map((each) => ({ accountRow: positions.account.get(each.positionRow), ...each }));
  return { kind: 'holdersGrandfathered', instrumentRow, level, grandfathered: held, cursor };
}

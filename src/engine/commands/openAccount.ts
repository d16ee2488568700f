/**
 * Opens a margin account: a sealed compartment of one client in one risk pool. An isolated one is for one instrument; a
 * cross or portfolio one for all instruments of its pool, on one balance of collateral.
 */
import { PPM } from '../../base/index.js';
import { isSpot } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { poolOpenFault } from '../poolStatus.js';
import { type Rejection, reject } from '../rejection.js';
import { spotPair } from '../spotPair.js';
import {
  clientLedgerRow,
  INSTRUMENT_STATUS,
  listedInstrument,
  type State,
  settleAssetRow,
} from '../state.js';
import { newIdFault, poolFault, unknown } from './checks.js';

type OpenAccount = CommandOf<'openAccount'>;

export function decideOpenAccount({ state }: Situation, command: OpenAccount): Decision {
  const { account, leveragePpm, marginMode, hasLegs } = command;
  const fault = newIdFault(state.accounts.names, account);
  if (fault !== null) return fault;
  const clientRow = state.clients.names.rowOf(command.client);
  if (clientRow < 0) return unknown('unknown_client', command.client);
  const place = marginMode === 'isolated' ? placeOfIsolated(state, command) : placeOfShared(state, command);
  if ('code' in place) return place;
  const { poolRow, instrumentRow, assetRow, leverageMaxPpm } = place;
  if (leveragePpm < PPM || leveragePpm > leverageMaxPpm) {
    return reject('leverage_out_of_range', { leveragePpm, leverageMinPpm: PPM, leverageMaxPpm });
  }
  const opened: Event = {
    kind: 'accountOpened',
    account,
    clientRow,
    poolRow,
    instrumentRow,
    marginMode,
    hasLegs,
    leveragePpm,
  };
  // Whatever the account gains has a way back: its client has a wallet in each of its assets from now on.
  const isPair = instrumentRow >= 0 && isSpot(state, instrumentRow);
  const baseRow = isPair ? state.poolAssets.asset.get(spotPair(state, instrumentRow).base) : assetRow;
  const wallets = [...new Set([assetRow, baseRow])]
    .filter((row) => clientLedgerRow(state, { clientRow, assetRow: row }, 'wallet') < 0)
    .map((row) => ({ kind: 'walletOpened', clientRow, assetRow: row }) as const);
  return [...wallets, opened];
}

interface Place {
  readonly poolRow: number;
  readonly instrumentRow: number;
  /** In which the client needs a wallet. */
  readonly assetRow: number;
  readonly leverageMaxPpm: bigint;
}

function placeOfIsolated(state: State, { instrument, pool, hasLegs }: OpenAccount): Place | Rejection {
  if (instrument === null || pool !== null || hasLegs)
    return reject('invalid_definition', {
      field: 'marginMode',
      rule: 'an isolated account names its instrument, no pool, and has one position',
    });
  const instrumentRow = state.instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
  const poolRow = state.instruments.pool.get(instrumentRow);
  const closed = poolFault(state, poolRow) ?? poolOpenFault(state, poolRow);
  if (closed !== null) return closed;
  if (state.instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading)
    return reject('instrument_not_trading', { instrument });
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const leverageMaxPpm = marginTerms.brackets[0]?.leverageMax as bigint;
  return { poolRow, instrumentRow, assetRow: settleAssetRow(state, instrumentRow), leverageMaxPpm };
}

/** The leverage of a cross or portfolio account bounds what each of its positions asks for; brackets may ask for more. */
export const SHARED_LEVERAGE_MAX_PPM = 1_000n * PPM;

function placeOfShared(state: State, { instrument, pool, marginMode }: OpenAccount): Place | Rejection {
  if (pool === null || instrument !== null)
    return reject('invalid_definition', {
      field: 'marginMode',
      rule: `a ${marginMode} account names its pool, no instrument`,
    });
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const closed = poolFault(state, poolRow) ?? poolOpenFault(state, poolRow);
  if (closed !== null) return closed;
  const assetRow = state.pools.valuationAsset.get(poolRow);
  if (assetRow < 0) return reject('pool_isolated_only', { pool });
  return { poolRow, instrumentRow: -1, assetRow, leverageMaxPpm: SHARED_LEVERAGE_MAX_PPM };
}

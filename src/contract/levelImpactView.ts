/** Whom another isolation level of an instrument would concern, as people read it. */
import Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { err, ok, type Result } from '../base/index.js';
import type { LevelImpact, State } from '../engine/index.js';
import { settleAssetRow } from '../engine/state.js';
import { ISOLATION_LEVELS, type IsolationLevel } from '../isolation/index.js';
import { assetScale, formatAmount } from './scale.js';
import { schemaIssues } from './schemaIssues.js';
import type { Issues } from './wireCommand.js';

/** Body of `POST /v1/instruments/:instrument/level-impact`. */
export const LevelImpactRequest = Type.Object(
  { level: Type.Enum([...ISOLATION_LEVELS], { description: 'The level that is asked about.' }) },
  { additionalProperties: false },
);

export interface LevelImpactView {
  readonly instrument: string;
  readonly level: IsolationLevel;
  /** Amounts are in this asset. */
  readonly asset: string;
  readonly carved: readonly {
    readonly account: string;
    readonly client: string;
    /** The isolated account it would go to, and what would go along. */
    readonly into: string;
    readonly collateral: string;
  }[];
  readonly grandfathered: readonly {
    readonly account: string;
    readonly client: string;
    readonly reason: string;
    /** What the remaining account would lack; "0" where it is no matter of amounts. */
    readonly missing: string;
  }[];
  /** Accounts that would lose orders to open. */
  readonly blocked: readonly { readonly account: string; readonly client: string; readonly orders: number }[];
  /** Accounts from which nothing could be taken out while their position is open. */
  readonly locked: readonly { readonly account: string; readonly client: string }[];
}

export function readLevelImpact(value: unknown): Result<{ readonly level: IsolationLevel }, Issues> {
  if (!validator.Check(value)) return err(schemaIssues(validator.Errors(value), value));
  return ok(value as { readonly level: IsolationLevel });
}

const validator = Compile(LevelImpactRequest) as unknown as Validator;

export function levelImpactView(
  state: State,
  of: { readonly instrumentRow: number; readonly level: IsolationLevel },
  impact: LevelImpact,
): LevelImpactView {
  const { accounts, clients, instruments } = state;
  const scale = assetScale(state, settleAssetRow(state, of.instrumentRow));
  const named = (row: number) => ({
    account: accounts.names.nameOf(row),
    client: clients.names.nameOf(accounts.client.get(row)),
  });
  return {
    instrument: instruments.names.nameOf(of.instrumentRow),
    level: of.level,
    asset: scale.asset,
    carved: impact.carved.map(({ fromRow, toRow, amount }) => ({
      ...named(fromRow),
      into: accounts.names.nameOf(toRow),
      collateral: formatAmount(amount, scale),
    })),
    grandfathered: impact.grandfathered.map(({ accountRow, reason, missingMinor }) => ({
      ...named(accountRow),
      reason,
      missing: formatAmount(missingMinor, scale),
    })),
    blocked: impact.blocked.map(({ accountRow, orders }) => ({ ...named(accountRow), orders })),
    locked: impact.lockedRows.map(named),
  };
}

/**
 * What people do in a crisis beside what they hold, as data: lend to a pool, and borrow from it on collateral that they
 * bring; a venue that converts collateral. The engine accepts or refuses as it does with anybody.
 */
import { divFloor } from '../base/index.js';
import type { ExternalCommand } from '../engine/index.js';
import { lenderBook } from '../engine/lending.js';
import { claimFloor } from '../engine/lendingShares.js';
import { pairKey, type State } from '../engine/state.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import type { Book, BookHolding } from './book.js';
import { poolOf } from './placePools.js';
import type { Policy } from './policy.js';

export type StressAct =
  /** Money the owner has in a wallet of the book. */
  | (ActOf & { readonly kind: 'lend' } & BookHolding)
  /** Brings the collateral from outside, borrows part by part until it is refused or has them all, and takes it away. */
  | (ActOf & {
      readonly kind: 'borrow';
      readonly collateral: BookHolding;
      readonly asset: string;
      readonly partMinor: bigint;
      readonly parts: number;
    })
  /** The venue converts collateral again: it puts money into the pool's facility. The owner is only named. */
  | (ActOf & { readonly kind: 'convert' } & BookHolding);

interface ActOf {
  /** With the first marks from here on. */
  readonly minute: number;
  readonly owner: string;
  /** The act goes to the pool of this instrument. */
  readonly beside: string;
}

/** What became of them: minor units of the asset. */
export interface ActOutcome {
  readonly owner: string;
  readonly kind: StressAct['kind'];
  readonly asset: string;
  /** Lent, borrowed and taken away, or put into the facility. */
  readonly amountMinor: bigint;
  /** What a borrower brought, at the market's own price at that moment, in valuation minor units; 0 of others. */
  readonly worthMinor: bigint;
  /** Of what was lent, what cannot be claimed any more; 0 of others. */
  readonly lostMinor: bigint;
  readonly refusedWith: string | null;
}

export interface ActPlayer {
  /** Plays what is due at the minute, each command by `send`. */
  play(minute: number, of: { readonly send: Send; readonly priceOf: (asset: string) => bigint }): void;
  outcomes(): readonly ActOutcome[];
}

/** Null where it was accepted, else the code of the refusal. */
export type Send = (command: ExternalCommand) => string | null;

export function createActs(
  state: State,
  {
    book,
    policy,
    acts,
  }: { readonly book: Book; readonly policy: Policy; readonly acts: readonly StressAct[] },
): ActPlayer {
  const waiting = [...acts];
  const done: {
    act: StressAct;
    pool: string;
    worthMinor: bigint;
    amountMinor: bigint;
    refusedWith: string | null;
  }[] = [];

  function play(act: StressAct, send: Send, priceOf: (asset: string) => bigint): void {
    const given = book.instruments.find(({ definition }) => definition.id === act.beside)?.pool ?? null;
    const pool = poolOf(policy.pools, act.beside, given);
    const played = playedBy(act, pool, send);
    const worthMinor =
      act.kind === 'borrow'
        ? divFloor(act.collateral.amountMinor * priceOf(act.collateral.asset), ASSET_PRICE_SCALE)
        : 0n;
    done.push({ act, pool, worthMinor, ...played });
  }

  function playedBy(act: StressAct, pool: string, send: Send) {
    switch (act.kind) {
      case 'lend':
        return lend(act, pool, send);
      case 'borrow':
        return borrow(act, pool, send);
      case 'convert':
        return convert(act, pool, send);
    }
  }

  function convert({ asset, amountMinor }: StressAct & { kind: 'convert' }, pool: string, send: Send) {
    const refusedWith =
      send({ kind: 'injectCapital', asset, amountMinor }) ??
      send({ kind: 'fundFacility', pool, asset, amountMinor });
    return { amountMinor: refusedWith === null ? amountMinor : 0n, refusedWith };
  }

  function lend(
    { owner: client, asset, amountMinor }: StressAct & { kind: 'lend' },
    pool: string,
    send: Send,
  ) {
    send(lendingTerms(pool, asset));
    const refusedWith = send({ kind: 'supply', client, pool, asset, amountMinor });
    return { amountMinor: refusedWith === null ? amountMinor : 0n, refusedWith };
  }

  function borrow(
    { owner: client, collateral, asset, partMinor, parts }: StressAct & { kind: 'borrow' },
    pool: string,
    send: Send,
  ) {
    const account = `${client}/${pool}`;
    const opening: ExternalCommand[] = [
      { kind: 'openClient', client },
      { kind: 'announceDeposit', deposit: account, client, ...collateral },
      { kind: 'finalizeDeposit', deposit: account },
      {
        kind: 'openAccount',
        account,
        client,
        marginMode: 'cross',
        instrument: null,
        pool,
        hasLegs: false,
        leveragePpm: 1_000_000n,
      },
      { kind: 'allocate', account, ...collateral },
    ];
    let refusedWith: string | null = null;
    for (const command of opening) refusedWith ??= send(command);
    let amountMinor = 0n;
    for (let part = 0; part < parts && refusedWith === null; part++) {
      refusedWith =
        send({ kind: 'borrow', account, asset, amountMinor: partMinor }) ??
        send({ kind: 'release', account, asset, amountMinor: partMinor });
      if (refusedWith === null) amountMinor += partMinor;
    }
    return { amountMinor, refusedWith };
  }

  function claimOf(client: string, pool: string, asset: string): bigint {
    const poolAssetRow = state.poolAssetRows.get(
      pairKey(state.pools.names.rowOf(pool), state.assets.names.rowOf(asset)),
    ) as number;
    const row = state.lenderRows.get(pairKey(state.clients.names.rowOf(client), poolAssetRow)) as number;
    return claimFloor(state.lenders.shares.get(row), lenderBook(state, poolAssetRow));
  }

  return {
    play(minute, { send, priceOf }) {
      while (waiting[0] !== undefined && waiting[0].minute <= minute)
        play(waiting.shift() as StressAct, send, priceOf);
    },
    outcomes: () =>
      done.map(({ act: { kind, owner, asset }, pool, worthMinor, amountMinor, refusedWith }) => ({
        owner,
        kind,
        asset,
        amountMinor,
        worthMinor,
        lostMinor: kind === 'lend' && amountMinor > 0n ? amountMinor - claimOf(owner, pool, asset) : 0n,
        refusedWith,
      })),
  };
}

/** Without interest, which is not what a crisis of days is about; refused where the pool lends the asset already. */
function lendingTerms(pool: string, asset: string): ExternalCommand {
  return {
    kind: 'openLending',
    pool,
    asset,
    baseRatePpm: 0n,
    kinkPpm: 800_000n,
    slopeBelowPpm: 0n,
    slopeAbovePpm: 0n,
    reserveSharePpm: 0n,
    debtInitialPpm: 200_000n,
    debtMaintenancePpm: 100_000n,
    accountDebtCapMinor: 2n ** 60n,
    poolDebtCapMinor: 2n ** 60n,
  };
}

/**
 * A book under a policy as commands that build it on an engine without a history: assets, pools, instruments, money,
 * accounts, positions at their entry prices, marks. Every policy brings in the same money and makes the same positions.
 *
 * Beside the book's owners there are two clients: the hub, which every position is filled against and which ends with the
 * rest of the market, and the dealer, which has the money to buy all other collateral. What they keep is in wallets,
 * where nothing reaches it; only a hub with the rest of the market keeps an account, backed in full.
 */
import { err, ok, type Result, type TimeMs } from '../base/index.js';
import type { ExternalCommand } from '../engine/index.js';
import { type Book, type BookHolding, netLots } from './book.js';
import { type BookFault, checkBook } from './bookFaults.js';
import { listings, marks, realTerms } from './bookListings.js';
import type { Plan } from './bookPlan.js';
import { bookTerms } from './bookTerms.js';
import { bridges } from './bridges.js';
import { heldByInstrument, hubCollateral, openingFills } from './openingFills.js';
import { OPENING_LEVERAGE_PPM } from './openingTerms.js';
import { type PlacedMoney, type PlacementFault, placeAccounts } from './placeAccounts.js';
import { type PlacedPool, placePools } from './placePools.js';
import type { Policy } from './policy.js';

export interface BookPlan extends PlacedMoney {
  readonly policy: Policy;
  /** Submit them in order, all at `timeMs`; none is refused. */
  readonly commands: readonly ExternalCommand[];
  readonly pools: readonly PlacedPool[];
  /** The two clients that are not the book's. */
  readonly hub: string;
  readonly dealerClient: string;
  /** Accounts of the hub by instrument: with the rest of the market, or closed. */
  readonly hubs: ReadonlyMap<string, string>;
}

export type BookPlanFault =
  | ({ readonly kind: 'book' } & BookFault)
  | ({ readonly kind: 'placement' } & PlacementFault);

export function bookCommands(
  book: Book,
  policy: Policy,
  { timeMs }: { readonly timeMs: TimeMs },
): Result<BookPlan, BookPlanFault> {
  const checked = checkBook(book);
  if (!checked.ok) return err({ kind: 'book', ...checked.error });
  const terms = bookTerms(book);
  const money = placeAccounts(book, terms, policy);
  if (!money.ok) return err({ kind: 'placement', ...money.error });
  const pools = placePools(book, terms, policy);
  const hub = freeName(book, 'opening-hub');
  const dealerClient = freeName(book, 'collateral-dealer');
  const hubs = new Map(book.instruments.map(({ definition }, at) => [definition.id, `${hub}/${at}`]));
  const held = heldByInstrument(money.value.accounts);
  const plan: Plan = {
    book,
    terms,
    policy,
    pools,
    money: money.value,
    timeMs,
    hub,
    dealerClient,
    hubs,
    held,
  };
  return ok({
    ...money.value,
    policy,
    pools,
    hub,
    dealerClient,
    hubs,
    commands: [
      ...listings(plan),
      ...funding(pools),
      ...lossRules(pools),
      ...deposits(plan),
      ...openings(plan),
      ...positions(plan),
      ...realTerms(plan),
      marks(plan),
    ],
  });
}

/** The name, or the first numbered one that is no owner or account of the book. */
function freeName({ accounts, wallets }: Book, name: string): string {
  const isTaken = (candidate: string) =>
    accounts.some(({ owner, id }) => owner === candidate || id.startsWith(`${candidate}/`)) ||
    wallets.some(({ owner }) => owner === candidate);
  let free = name;
  for (let number = 2; isTaken(free); number++) free = `${name}-${number}`;
  return free;
}

function funding(pools: readonly PlacedPool[]): ExternalCommand[] {
  return pools.flatMap(({ id: pool, funds }) =>
    funds.flatMap(({ asset, amountMinor }): ExternalCommand[] => [
      { kind: 'injectCapital', asset, amountMinor },
      { kind: 'topUpFund', pool, asset, amountMinor },
    ]),
  );
}

/** Who bears the losses of each pool, and the venue capital that is kept for it. */
function lossRules(pools: readonly PlacedPool[]): ExternalCommand[] {
  return pools.flatMap(({ id: pool, rules }) => [
    ...rules.waterfalls.map(
      ({ asset, waterfall }): ExternalCommand => ({ kind: 'setWaterfall', pool, asset, policy: waterfall }),
    ),
    ...rules.reserved.flatMap(({ asset, amountMinor }): ExternalCommand[] => [
      { kind: 'injectCapital', asset, amountMinor },
      { kind: 'reserveCapital', pool, asset, amountMinor },
    ]),
  ]);
}

/** Every owner's money, then the accounts of the hub with what they need. */
function deposits(plan: Plan): ExternalCommand[] {
  const { book, money, hub, hubs } = plan;
  const lent = book.instruments.map(({ definition }) => hubMoney(plan, definition.id));
  const wealth = new Map<string, Map<string, bigint>>();
  const add = (owner: string, holdings: readonly BookHolding[]) => {
    const own = wealth.get(owner) ?? new Map<string, bigint>();
    for (const { asset, amountMinor } of holdings) own.set(asset, (own.get(asset) ?? 0n) + amountMinor);
    wealth.set(owner, own);
  };
  for (const { owner, collateral } of money.accounts) add(owner, collateral);
  for (const wallet of money.wallets) add(wallet.owner, [wallet]);
  add(plan.dealerClient, money.dealer);
  add(hub, lent);
  const commands: ExternalCommand[] = [];
  for (const [client, amounts] of wealth) {
    commands.push({ kind: 'openClient', client });
    for (const [asset, amountMinor] of amounts)
      if (amountMinor > 0n) {
        const deposit = `opening-deposit/${commands.length}`;
        commands.push(
          { kind: 'announceDeposit', deposit, client, asset, amountMinor },
          { kind: 'finalizeDeposit', deposit },
        );
      }
  }
  for (const [at, { definition }] of book.instruments.entries()) {
    const account = hubs.get(definition.id) as string;
    const { amountMinor } = lent[at] as BookHolding;
    commands.push(isolated(account, hub, definition.id), {
      kind: 'allocate',
      account,
      asset: null,
      amountMinor,
    });
  }
  return commands;
}

function hubMoney({ terms, held }: Plan, instrument: string): BookHolding {
  const traded = terms.instruments.get(instrument)!;
  const amountMinor = hubCollateral(traded, held.get(instrument) ?? []);
  return { asset: traded.instrument.definition.settle, amountMinor };
}

function openings({ money }: Plan): ExternalCommand[] {
  return money.accounts.flatMap(({ id: account, owner, pool, instrument, collateral }) => [
    instrument === null
      ? ({
          kind: 'openAccount',
          account,
          client: owner,
          marginMode: 'cross',
          instrument: null,
          pool,
          hasLegs: false,
          leveragePpm: OPENING_LEVERAGE_PPM,
        } as const)
      : isolated(account, owner, instrument),
    ...collateral.map(
      ({ asset, amountMinor }) =>
        ({ kind: 'allocate', account, asset: instrument === null ? asset : null, amountMinor }) as const,
    ),
  ]);
}

function isolated(account: string, client: string, instrument: string): ExternalCommand {
  return {
    kind: 'openAccount',
    account,
    client,
    marginMode: 'isolated',
    instrument,
    pool: null,
    hasLegs: false,
    leveragePpm: OPENING_LEVERAGE_PPM,
  };
}

/** The marks, the fills, and back to its wallet what the hub does not need. */
function positions(plan: Plan): ExternalCommand[] {
  const { book, terms, money, hubs, held } = plan;
  const bridge = bridges(book, terms, money.accounts);
  const net = netLots(book);
  const fills = book.instruments.flatMap(({ definition: { id } }) =>
    openingFills(id, hubs.get(id) as string, held.get(id) ?? []),
  );
  const closings = book.instruments.flatMap(({ definition: { id } }): ExternalCommand[] => {
    if (net.get(id) !== 0n) return [];
    return [{ kind: 'closeAccount', account: hubs.get(id) as string }];
  });
  return [marks(plan), ...bridge.before, ...fills, ...bridge.after, ...closings];
}

/** Opens a venue by commands: assets, pools and people at the start, each instrument at its first bar. */

import { assert } from '../base/index.js';
import type { ExternalCommand } from '../engine/index.js';
import { depositMoney } from './cash.js';
import type { Book, Floor, MakerAccount } from './floor.js';
import type { Participants } from './population.js';
import type { Sender } from './sender.js';
import type { Venue, VenueInstrument } from './venueFile.js';

/** Internal commands a pool may run after one command: more than any batch of marks sets off here. */
const WORK_BUDGET = 1_000_000;

/** Assets, pools, clients with their deposits, market makers with theirs. */
export function openVenue(sender: Sender, venue: Venue, { clients, marketMakers }: Participants): void {
  for (const { id, decimals } of venue.assets) accept(sender, { kind: 'listAsset', asset: id, decimals });
  for (const { id } of venue.pools)
    accept(sender, {
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool: id,
      isDesk: false,
      workBudget: WORK_BUDGET,
    });
  for (const { id, asset, depositMinor } of [...clients, ...marketMakers]) {
    accept(sender, { kind: 'openClient', client: id });
    depositMoney(sender, { deposit: `${id}/deposit-1`, client: id, asset, amountMinor: depositMinor });
  }
}

/** Lists an instrument, fills its pool's fund with the first one, and opens the accounts that trade it. */
export function openBook(
  floor: Floor,
  venue: Venue,
  participants: Participants,
  item: VenueInstrument,
): Book {
  const { sender, state } = floor;
  const { definition } = item;
  const instrument = definition.id;
  accept(sender, { kind: 'listInstrument', ...definition, brackets: [...definition.brackets] });
  const isFirst = ![...floor.books.values()].some(
    (book) =>
      book.item.definition.pool === definition.pool && book.item.definition.settle === definition.settle,
  );
  if (isFirst) fillFund(sender, venue, definition);

  for (const { id: client, traders } of participants.clients) {
    for (const { accountId: account, leveragePpm, instrument: traded } of traders) {
      if (traded === instrument)
        accept(sender, {
          kind: 'openAccount',
          marginMode: 'isolated',
          pool: null,
          hasLegs: false,
          account,
          client,
          instrument,
          leveragePpm,
        });
    }
  }
  const makers: MakerAccount[] = [];
  for (const { id: client, accounts, leveragePpm, halfSpreadPpm } of participants.marketMakers) {
    for (const { accountId, instrument: quoted, collateralMinor } of accounts) {
      if (quoted !== instrument) continue;
      accept(sender, {
        kind: 'openAccount',
        marginMode: 'isolated',
        pool: null,
        hasLegs: false,
        account: accountId,
        client,
        instrument,
        leveragePpm,
      });
      accept(sender, { kind: 'allocate', asset: null, account: accountId, amountMinor: collateralMinor });
      makers.push({
        accountId,
        accountRow: state.accounts.names.rowOf(accountId),
        clientRow: state.clients.names.rowOf(client),
        leveragePpm,
        halfSpreadPpm,
        targetMinor: collateralMinor,
      });
    }
  }
  const book: Book = {
    item,
    instrumentRow: state.instruments.names.rowOf(instrument),
    closesTicks: [],
    makers,
    turn: 0,
  };
  floor.books.set(instrument, book);
  return book;
}

/** The fund in the settlement asset, out of capital that the venue brings for it. */
function fillFund(sender: Sender, venue: Venue, { pool, settle }: VenueInstrument['definition']): void {
  const funds = venue.pools.find(({ id }) => id === pool)?.insuranceFunds ?? [];
  const amountMinor = funds.find(({ asset }) => asset === settle)?.amountMinor ?? 0n;
  if (amountMinor === 0n) return;
  accept(sender, { kind: 'injectCapital', asset: settle, amountMinor });
  accept(sender, { kind: 'topUpFund', pool, asset: settle, amountMinor });
}

/** A venue file that was read without a fault opens without a refusal. */
function accept(sender: Sender, command: ExternalCommand): void {
  const outcome = sender.send(command);
  assert(outcome.kind === 'accepted', () =>
    outcome.kind === 'rejected' ? `${command.kind} was refused: ${outcome.rejection.code}` : '',
  );
}

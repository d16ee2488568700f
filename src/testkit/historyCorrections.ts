/** Corrections in a random history: proposed on facts that are mostly so, and mostly approved soon by another operator. */
import { divFloor, max } from '../base/index.js';
import { PROPOSAL_STATUS, proposedBy } from '../engine/proposals.js';
import { anyMarket, type Player, portion, send, wealthOf } from './historyPlayer.js';

export function correctSometimes(player: Player): void {
  const { random, state } = player;
  const isTaken = [...state.openTakeovers.values()].some(({ size }) => size > 0);
  if (isTaken && random.unit() < 0.15) return reverse(player);
  if (random.unit() >= 0.12) return;
  const at = random.unit();
  if (at < 0.4) return bust(player);
  return at < 0.6 ? correctMark(player) : reverse(player);
}

/** A fill of not long ago. */
function bust(player: Player): void {
  const { random } = player;
  const fills = player.recorded
    .slice(-60)
    .map(({ record }) => record)
    .filter(({ command, outcome }) => command.kind === 'fill' && outcome.kind === 'accepted');
  if (fills.length === 0) return;
  const { command, sequence } = random.pick(fills);
  if (command.kind !== 'fill') return;
  const { instrument, priceTicks, lots, buyer, seller } = command;
  const settle = player.markets.find(({ id }) => id === instrument)?.definition.settle as string;
  const named = (party: string, id: string) => (party === 'account' ? id : '');
  send(player, {
    kind: 'proposeTradeBust',
    ...by(player),
    instrument,
    sequence,
    priceTicks,
    lots,
    buyer: named(buyer.party, buyer.id),
    buyerLeg: buyer.leg,
    seller: named(seller.party, seller.id),
    sellerLeg: seller.leg,
    fairTicks: max(1n, (priceTicks * BigInt(random.between(60, 140))) / 100n),
    ...caps(player, settle),
  });
}

/** The mark in force was wrong, or one that is over. */
function correctMark(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const row = player.state.instruments.names.rowOf(market.id);
  const wrongTicks = max(1n, player.state.instruments.markTicks.get(row));
  const rightTicks = max(1n, (wrongTicks * BigInt(random.pick([55, 90, 97, 103, 110, 180]))) / 100n);
  const fromMs = max0(player.timeMs - random.between(0, 20_000_000));
  proposeMark(player, { id: market.id, fromMs, wrongTicks, rightTicks, isOver: random.unit() < 0.3 });
}

/** A takeover, by a corrected mark of its instrument where there is one, else one that would have spared it. */
function reverse(player: Player): void {
  const { random, state } = player;
  const { takeovers, instruments, proposals } = state;
  if (takeovers.table.size === 0) return;
  const open = [...state.openTakeovers.values()].flatMap((rows) =>
    [...rows].filter((row) => takeovers.takenLots.get(row) !== 0n || random.unit() < 0.1),
  );
  const isOpen = open.length > 0 && random.unit() < 0.8;
  const takeoverRow = isOpen ? random.pick(open) : max0(takeovers.table.size - 1 - random.between(0, 5));
  const instrument = instruments.names.nameOf(takeovers.instrument.get(takeoverRow));
  const corrected = proposals.names
    .all()
    .filter((_name, row) => proposals.status.get(row) === PROPOSAL_STATUS.approved)
    .filter((name) => {
      const { correction } = proposedBy(state, proposals.names.rowOf(name));
      return correction.kind === 'correctMark' && correction.instrument === instrument;
    });
  const market = player.markets.find(({ id }) => id === instrument);
  if (market === undefined) return;
  let correctedBy = corrected.at(-1);
  const isNew = correctedBy === undefined || random.unit() < 0.6;
  if (isNew) {
    const wrongTicks = max(1n, instruments.markTicks.get(instruments.names.rowOf(instrument)));
    const percent = takeovers.takenLots.get(takeoverRow) > 0n ? 150n : 60n;
    const rightTicks = max(1n, divFloor(wrongTicks * percent, 100n));
    const fromMs = max0(takeovers.timeMs.get(takeoverRow) - random.between(-1, 1_000));
    correctedBy = proposeMark(player, {
      id: instrument,
      fromMs,
      wrongTicks,
      rightTicks,
      isOver: random.unit() < 0.3,
    });
  }
  const reversal = () =>
    send(player, {
      kind: 'proposeReversal',
      ...by(player),
      instrument,
      takeover: takeovers.names.nameOf(takeoverRow),
      correctedBy: correctedBy as string,
      ...caps(player, market.definition.settle),
    });
  if (isNew) player.coming.push(reversal);
  else reversal();
}

function proposeMark(
  player: Player,
  mark: {
    readonly id: string;
    readonly fromMs: number;
    readonly wrongTicks: bigint;
    readonly rightTicks: bigint;
    readonly isOver: boolean;
  },
): string {
  const { random, state, timeMs } = player;
  const named = by(player);
  const row = state.instruments.names.rowOf(mark.id);
  const isOption = state.instruments.listed[row]?.option !== null;
  send(player, {
    kind: 'proposeMarkCorrection',
    ...named,
    instrument: mark.id,
    sequence: random.between(1, state.clock.sequence),
    fromMs: mark.fromMs,
    toMs: mark.isOver ? timeMs : null,
    wrongTicks: mark.wrongTicks,
    rightTicks: mark.rightTicks,
    indexTicks: isOption ? max(1n, state.instruments.indexTicks.get(row)) : 0n,
  });
  return named.proposal;
}

/** Mostly approved at once, by another operator; now and then by the same, or withdrawn. */
function by(player: Player) {
  const { random, timeMs, coming } = player;
  const proposal = `p${player.count++}`;
  const at = random.unit();
  const operator = random.unit() < 0.9 ? 'ben' : 'ann';
  if (at < 0.9) coming.push(() => send(player, { kind: 'approve', proposal, operator }));
  else if (at < 0.95) coming.push(() => send(player, { kind: 'withdrawProposal', proposal, operator }));
  return { proposal, operator: 'ann', expiresMs: timeMs + random.pick([1, 600_000, 600_000]) };
}

function caps({ random, ...player }: Player, asset: string) {
  const unit = wealthOf(player as Player, asset);
  const cap = () => (random.unit() < 0.25 ? portion(random, unit / 1_000n) : 10n * unit);
  return { fundCapMinor: cap(), venueCapMinor: cap() };
}

function max0(value: number): number {
  return value > 0 ? value : 0;
}

/** Draws the clients of a venue file: who they are, what they deposit and how each of their accounts trades. */
import { min, mulDivFloor, type Random, seededRandom } from '../base/index.js';
import type { Minor, Ppm } from '../base/units.js';
import type { Side, Strategy, Trader } from './strategies.js';
import type { MarketMakerGroup, Population, Venue, VenueInstrument } from './venueFile.js';

export interface SimulatedClient {
  readonly id: string;
  readonly asset: string;
  readonly depositMinor: Minor;
  /** Days after which it deposits the same again once nine tenths are lost; null for never. */
  readonly depositAgainDays: number | null;
  /** A wallet of more than this many deposits (x PPM) is brought back to one; null for never. */
  readonly takeProfitPpm: Ppm | null;
  /** Its margin accounts; a hedger has two on one instrument. */
  readonly traders: readonly Trader[];
}

export interface SimulatedMarketMaker {
  readonly id: string;
  readonly asset: string;
  readonly depositMinor: Minor;
  readonly leveragePpm: Ppm;
  readonly halfSpreadPpm: Ppm;
  /** One isolated margin account per instrument; half the deposit is shared among them, the rest stays in the wallet. */
  readonly accounts: readonly {
    readonly accountId: string;
    readonly instrument: string;
    readonly collateralMinor: Minor;
  }[];
}

export interface Participants {
  readonly clients: readonly SimulatedClient[];
  readonly marketMakers: readonly SimulatedMarketMaker[];
}

/** The same venue and seed draw the same participants; a client does not depend on those before it. */
export function drawParticipants(venue: Venue): Participants {
  const listed = new Map(venue.instruments.map((item) => [item.definition.id, item]));
  return {
    clients: venue.clients.flatMap((group) =>
      numbered(group).map((id) => drawClient(id, group, { listed, seed: venue.seed })),
    ),
    marketMakers: venue.marketMakers.flatMap((group) => numbered(group).map((id) => marketMaker(id, group))),
  };
}

/** Ids of a group: its name and a number of as many digits as the last one needs. */
function numbered(group: Population | MarketMakerGroup): string[] {
  const digits = String(group.count).length;
  return Array.from(
    { length: group.count },
    (_, at) => `${group.name}-${String(at + 1).padStart(digits, '0')}`,
  );
}

interface Drawing {
  readonly listed: ReadonlyMap<string, VenueInstrument>;
  readonly seed: string;
}

function drawClient(id: string, group: Population, drawing: Drawing): SimulatedClient {
  const random = seededRandom(`${drawing.seed}/${id}`);
  const depositMinor = drawDeposit(group, random);
  const wanted = random.between(group.accountsMin, group.accountsMax);
  const traders: Trader[] = [];
  while (traders.length < wanted) {
    const number = traders.length + 1;
    const trader = drawTrader({ clientId: id, number, group, random, drawing });
    traders.push(trader);
    if (trader.strategy === 'hedger') traders.push(otherLeg(trader, number + 1));
  }
  const { asset, depositAgainDays, takeProfitPpm } = group;
  return { id, asset, depositMinor, depositAgainDays, takeProfitPpm, traders };
}

/** Small deposits are frequent and large ones rare: the cube of a uniform draw. Rounded down to a minor unit. */
function drawDeposit(group: Population, random: Random): Minor {
  const [draw, full] = [BigInt(random.between(0, 65_535)), 65_535n];
  const span = group.depositMaxMinor - group.depositMinMinor;
  return group.depositMinMinor + mulDivFloor(span, draw ** 3n, full ** 3n);
}

function drawTrader(of: {
  readonly clientId: string;
  readonly number: number;
  readonly group: Population;
  readonly random: Random;
  readonly drawing: Drawing;
}): Trader {
  const { clientId, number, group, random, drawing } = of;
  const instrument = random.pick(group.instruments);
  const accountId = accountName(clientId, number);
  return {
    accountId,
    clientId,
    instrument,
    strategy: drawStrategy(group, random),
    side: random.pick<Side>(['long', 'long', 'short']),
    leveragePpm: min(random.pick(group.leveragesPpm), leverageMax(drawing.listed.get(instrument)!)),
    marginSharePpm: group.marginSharePpm,
    isDefender: BigInt(random.between(1, 1_000_000)) <= group.defendersPpm,
    lookbackBars: random.between(2, 12),
    thresholdPpm: BigInt(random.between(20, 120)) * 1000n,
    seed: `${drawing.seed}/${accountId}`,
  };
}

function drawStrategy(group: Population, random: Random): Strategy {
  const total = group.strategies.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.between(1, total);
  for (const { strategy, weight } of group.strategies) {
    left -= weight;
    if (left <= 0) return strategy;
  }
  return group.strategies[0]!.strategy;
}

/** The same account on the other side, with the same dice: both legs come and go together. */
function otherLeg(trader: Trader, number: number): Trader {
  const side = trader.side === 'long' ? 'short' : 'long';
  return { ...trader, accountId: accountName(trader.clientId, number), side };
}

function accountName(clientId: string, number: number): string {
  return `${clientId}/${number}`;
}

/** What the first bracket allows. */
function leverageMax(item: VenueInstrument): Ppm {
  return item.definition.brackets[0]!.leverageMaxPpm;
}

function marketMaker(id: string, group: MarketMakerGroup): SimulatedMarketMaker {
  const { asset, depositMinor, leveragePpm, halfSpreadPpm, instruments } = group;
  // Rounded down: what the division leaves over stays in the wallet.
  const collateralMinor = depositMinor / 2n / BigInt(instruments.length);
  const accounts = instruments.map((instrument, at) => ({
    accountId: accountName(id, at + 1),
    instrument,
    collateralMinor,
  }));
  return { id, asset, depositMinor, leveragePpm, halfSpreadPpm, accounts };
}

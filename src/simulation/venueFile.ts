/**
 * The venue file: what a simulation lists, who trades in it and which prices it plays. JSON for people, exact
 * values as decimal text; the answer is whole numbers, or the path of the first thing that is wrong.
 */

import { Errors } from 'typebox/value';
import type { Decimal } from '../base/index.js';
import { err, isInt64, ok, PPM, parseDecimal, parseMinor, type Result } from '../base/index.js';
import type { Minor, Ppm, TimeMs } from '../base/units.js';
import { listingTerms } from '../engine/listing.js';
import {
  AMOUNT_MAX,
  type Asset,
  type BracketDefinition,
  type InstrumentDefinition,
  type InstrumentTerms,
  isId,
} from '../market/index.js';
import { parseTime } from '../risk/market/timeText.js';
import type { Moves } from './pricePath.js';
import { STRATEGIES, type Strategy } from './strategies.js';
import { type VenueDocument, venueSchema } from './venueSchema.js';

export interface Venue {
  readonly name: string;
  /** Everything random comes from it. */
  readonly seed: string;
  /** First bar played; null for the first there is. */
  readonly fromMs: TimeMs | null;
  /** Bars before it are played; null for all. */
  readonly toMs: TimeMs | null;
  readonly moves: Moves;
  /** Days (their start, UTC) on which moves come as jumps in any case. */
  readonly jumpDaysMs: ReadonlySet<TimeMs>;
  readonly gapsAllowed: boolean;
  readonly assets: readonly Asset[];
  readonly pools: readonly VenuePool[];
  readonly instruments: readonly VenueInstrument[];
  readonly clients: readonly Population[];
  readonly marketMakers: readonly MarketMakerGroup[];
}

export interface VenuePool {
  readonly id: string;
  /** `capMinor`: what it keeps at most; null for all. */
  readonly insuranceFunds: readonly {
    readonly asset: string;
    readonly amountMinor: Minor;
    readonly capMinor: Minor | null;
  }[];
}

export interface VenueInstrument {
  readonly definition: InstrumentDefinition;
  readonly terms: InstrumentTerms;
  readonly tickSize: Decimal;
  /** Name of the price file, relative to the folder of prices. */
  readonly prices: string;
  /** Paid by longs to shorts once a day; negative the other way. */
  readonly fundingRatePerDayPpm: Ppm;
}

/** A group of clients that are alike in how they trade; each differs by its seed. */
export interface Population {
  readonly name: string;
  readonly count: number;
  readonly asset: string;
  readonly depositMinMinor: Minor;
  readonly depositMaxMinor: Minor;
  /** Days after which a client that has lost nine tenths deposits the same again; null for never. */
  readonly depositAgainDays: number | null;
  /** A wallet of more than this many deposits (x PPM) is brought back to one; null for never. */
  readonly takeProfitPpm: Ppm | null;
  readonly accountsMin: number;
  readonly accountsMax: number;
  readonly instruments: readonly string[];
  /** One is drawn for each account; what stands twice is drawn twice as often. */
  readonly leveragesPpm: readonly Ppm[];
  readonly strategies: readonly { readonly strategy: Strategy; readonly weight: number }[];
  /** Share of the wallet that an account puts behind a new position. */
  readonly marginSharePpm: Ppm;
  /** Share of accounts that add margin when they come near liquidation. */
  readonly defendersPpm: Ppm;
}

/** Margined like everyone else: each has one account per instrument and takes what clients leave over. */
export interface MarketMakerGroup {
  readonly name: string;
  readonly count: number;
  readonly asset: string;
  readonly depositMinor: Minor;
  readonly leveragePpm: Ppm;
  readonly instruments: readonly string[];
  /** Distance of its prices from the mark. */
  readonly halfSpreadPpm: Ppm;
}

/** Where a venue file is wrong, as a JSON pointer, and why. */
export interface VenueFault {
  readonly path: string;
  readonly message: string;
}

/** Reads the text of a venue file. */
export function readVenueFile(text: string): Result<Venue, VenueFault> {
  try {
    return ok(readDocument(checkShape(parseJson(text))));
  } catch (error) {
    if (error instanceof Fault) return err({ path: error.path, message: error.message });
    throw error;
  }
}

/** `venue file /instruments/0/tickSize: ...`, as a person reads it. */
export function venueFaultText(fault: VenueFault): string {
  return `${fault.path === '' ? 'the whole file' : fault.path}: ${fault.message}`;
}

/** Carries the first fault out of the readers below; it never leaves this file. */
class Fault extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('', `is not JSON: ${(error as Error).message}`);
  }
}

function checkShape(value: unknown): VenueDocument {
  const [first] = Errors(venueSchema, value).sort((a, b) => depth(b.instancePath) - depth(a.instancePath));
  if (first === undefined) return value as VenueDocument;
  const params = first.params as {
    readonly requiredProperties?: readonly string[];
    readonly additionalProperties?: readonly string[];
    readonly allowedValues?: readonly string[];
  };
  const missing = params.requiredProperties?.[0];
  if (missing !== undefined) throw new Fault(`${first.instancePath}/${missing}`, 'is missing');
  if (first.keyword === 'boolean') throw new Fault(first.instancePath, 'is not a field of the venue file');
  if (first.keyword === 'pattern')
    throw new Fault(first.instancePath, 'is not written as this field needs it');
  const allowed = params.allowedValues === undefined ? '' : `: ${params.allowedValues.join(', ')}`;
  throw new Fault(first.instancePath, `${first.message}${allowed}`);
}

function depth(path: string): number {
  return path.split('/').length;
}

function readDocument(document: VenueDocument): Venue {
  const fromMs = readDay(document.from, '/from');
  const lastMs = readDay(document.to, '/to');
  if (fromMs !== null && lastMs !== null && lastMs < fromMs) throw new Fault('/to', 'is before /from');

  const assets = document.assets.map((asset, at) => ({
    id: readId(asset.id, `/assets/${at}/id`),
    decimals: asset.decimals,
  }));
  refuseTwice(
    assets.map(({ id }) => id),
    '/assets',
  );
  const book: Listed = { assets, pools: document.pools.map(({ id }) => id), instruments: [] };
  const pools = document.pools.map((pool, at) => readPool(pool, book, `/pools/${at}`));
  refuseTwice(book.pools, '/pools');
  const instruments = document.instruments.map((item, at) =>
    readInstrument(item, book, `/instruments/${at}`),
  );
  refuseTwice(
    instruments.map(({ definition }) => definition.id),
    '/instruments',
  );

  const listed = { ...book, instruments };
  const clients = document.clients.map((item, at) => readPopulation(item, listed, `/clients/${at}`));
  const marketMakers = document.marketMakers.map((item, at) =>
    readMarketMaker(item, listed, `/marketMakers/${at}`),
  );
  refuseTwice(
    [...clients, ...marketMakers].map(({ name }) => name),
    '/clients',
  );
  refuseUnquoted(clients, marketMakers);

  return {
    name: document.name,
    seed: document.seed,
    fromMs,
    toMs: lastMs === null ? null : lastMs + DAY_MS,
    moves: document.moves ?? 'stepped',
    jumpDaysMs: new Set(document.jumpDays?.map((text, at) => readDay(text, `/jumpDays/${at}`)!)),
    gapsAllowed: document.missingBars === 'allow',
    assets,
    pools,
    instruments,
    clients,
    marketMakers,
  };
}

const DAY_MS = 86_400_000;

/** What is listed so far, for names that refer to it. */
interface Listed {
  readonly assets: readonly Asset[];
  readonly pools: readonly string[];
  readonly instruments: readonly VenueInstrument[];
}

function readPool(pool: VenueDocument['pools'][number], listed: Listed, path: string): VenuePool {
  readId(pool.id, `${path}/id`);
  const insuranceFunds = Object.entries(pool.insuranceFund).map(([asset, amount]) => {
    const at = `${path}/insuranceFund/${asset}`;
    const cap = pool.insuranceFundCap?.[asset];
    const found = findAsset(asset, listed, at);
    const capMinor = cap === undefined ? null : readAmount(cap, found, `${path}/insuranceFundCap/${asset}`);
    return { asset, amountMinor: readAmount(amount, found, at), capMinor };
  });
  for (const asset of Object.keys(pool.insuranceFundCap ?? {})) {
    if (pool.insuranceFund[asset] === undefined)
      throw new Fault(`${path}/insuranceFundCap/${asset}`, 'is the cap of a fund that is not there');
  }
  return { id: pool.id, insuranceFunds };
}

function readInstrument(
  item: VenueDocument['instruments'][number],
  listed: Listed,
  path: string,
): VenueInstrument {
  readId(item.id, `${path}/id`);
  if (!listed.pools.includes(item.pool))
    throw new Fault(`${path}/pool`, `there is no pool ${quote(item.pool)}`);
  const settle = findAsset(item.settle, listed, `${path}/settle`);
  const rate = (field: keyof typeof item, fallback: string) =>
    readPpm((item[field] as string | undefined) ?? fallback, `${path}/${field}`);

  const definition: InstrumentDefinition = {
    id: item.id,
    pool: item.pool,
    instrumentKind: item.kind,
    payoff: item.payoff,
    base: item.base,
    quote: item.quote,
    settle: item.settle,
    contractSize: item.contractSize,
    tickSize: item.tickSize,
    lotSize: item.lotSize,
    markTicksPerTick: BigInt(item.markTicksPerTick ?? 1),
    makerFeePpm: rate('makerFeeRate', '0'),
    takerFeePpm: rate('takerFeeRate', '0'),
    maintenanceBasis: item.maintenanceBasis ?? 'mark',
    initialBasis: item.initialBasis ?? item.maintenanceBasis ?? 'mark',
    closeFee: item.closeFee ?? 'none',
    unrealizedProfitSharePpm: rate('unrealizedProfitShare', '0'),
    removalFloorPpm: rate('removalFloorRate', '0.1'),
    markMaxAgeMs: item.markMaxAgeMs ?? 60_000,
    markMaxJumpPpm: rate('markMaxJumpRate', '0.1'),
    markConfirmations: item.markConfirmations ?? 3,
    fillBandPpm: rate('fillBandRate', '0.05'),
    fundingRateMaxPpm: rate('fundingRateMax', '0.01'),
    expiryMs: item.expiryDate === undefined ? null : readDay(item.expiryDate, `${path}/expiryDate`),
    option: null,
    positionCapLots: null,
    openInterestCapLots: null,
    concentration: null,
    feeTiers: [],
    brackets: readTiers(item.tiers, settle, `${path}/tiers`),
  };
  const listing = listingTerms(definition, settle.decimals);
  if (!listing.ok) throw new Fault(`${path}/${fileField(listing.error.field)}`, listing.error.rule);

  const fundingRatePerDayPpm = rate('fundingRatePerDay', '0');
  const size = fundingRatePerDayPpm < 0n ? -fundingRatePerDayPpm : fundingRatePerDayPpm;
  if (size > definition.fundingRateMaxPpm)
    throw new Fault(`${path}/fundingRatePerDay`, 'is above fundingRateMax');
  return {
    definition,
    terms: listing.value.terms,
    tickSize: readDecimal(item.tickSize, `${path}/tickSize`),
    prices: item.prices,
    fundingRatePerDayPpm,
  };
}

/** The engine's name of a parameter as the venue file writes it. */
function fileField(field: string): string {
  const known: Readonly<Record<string, string>> = {
    makerFeePpm: 'makerFeeRate',
    takerFeePpm: 'takerFeeRate',
    unrealizedProfitSharePpm: 'unrealizedProfitShare',
    removalFloorPpm: 'removalFloorRate',
    markMaxJumpPpm: 'markMaxJumpRate',
    fillBandPpm: 'fillBandRate',
    fundingRateMaxPpm: 'fundingRateMax',
    expiryMs: 'expiryDate',
  };
  return known[field] ?? field.replace(/^brackets\[([0-9]+)\]$/, 'tiers/$1').replace(/^brackets$/, 'tiers');
}

function readTiers(
  tiers: VenueDocument['instruments'][number]['tiers'],
  settle: Asset,
  path: string,
): BracketDefinition[] {
  return tiers.map((tier, at) => {
    const here = `${path}/${at}`;
    return {
      notionalCapMinor:
        tier.notionalCap === undefined ? null : readAmount(tier.notionalCap, settle, `${here}/notionalCap`),
      initialMarginRatePpm: readPpm(tier.initialMarginRate, `${here}/initialMarginRate`),
      maintenanceMarginRatePpm: readPpm(tier.maintenanceMarginRate, `${here}/maintenanceMarginRate`),
      leverageMaxPpm: readPpm(tier.maxLeverage, `${here}/maxLeverage`),
    };
  });
}

function readPopulation(item: VenueDocument['clients'][number], listed: Listed, path: string): Population {
  const asset = findAsset(item.asset, listed, `${path}/asset`);
  const depositMinMinor = readAmount(item.deposit.min, asset, `${path}/deposit/min`);
  const depositMaxMinor = readAmount(item.deposit.max, asset, `${path}/deposit/max`);
  if (depositMinMinor <= 0n) throw new Fault(`${path}/deposit/min`, 'must be above zero');
  if (depositMaxMinor < depositMinMinor) throw new Fault(`${path}/deposit/max`, 'is below the least deposit');
  const accounts = item.accountsPerClient ?? { min: 1, max: 1 };
  if (accounts.max < accounts.min)
    throw new Fault(`${path}/accountsPerClient/max`, 'is below the least number');
  const strategies = STRATEGIES.map((strategy) => ({ strategy, weight: item.strategies[strategy] ?? 0 }));
  if (strategies.every(({ weight }) => weight === 0))
    throw new Fault(`${path}/strategies`, 'every weight is zero');
  return {
    name: readName(item.name, `${path}/name`),
    count: item.count,
    asset: asset.id,
    depositMinMinor,
    depositMaxMinor,
    depositAgainDays: item.depositAgainDays ?? null,
    takeProfitPpm: readTakeProfit(item.takeProfitAt, `${path}/takeProfitAt`),
    accountsMin: accounts.min,
    accountsMax: accounts.max,
    instruments: readInstruments(item.instruments, asset, listed, path),
    leveragesPpm: item.leverages.map((text, at) => readLeverage(text, `${path}/leverages/${at}`)),
    strategies: strategies.filter(({ weight }) => weight > 0),
    marginSharePpm: readShare(item.marginShare ?? '0.5', `${path}/marginShare`),
    defendersPpm: readShare(item.defenders ?? '0.25', `${path}/defenders`),
  };
}

function readTakeProfit(text: string | undefined, path: string): Ppm | null {
  if (text === undefined) return null;
  const multiple = readPpm(text, path);
  if (multiple < PPM) throw new Fault(path, `is at least 1: ${quote(text)}`);
  return multiple;
}

function readMarketMaker(
  item: VenueDocument['marketMakers'][number],
  listed: Listed,
  path: string,
): MarketMakerGroup {
  const asset = findAsset(item.asset, listed, `${path}/asset`);
  const depositMinor = readAmount(item.deposit, asset, `${path}/deposit`);
  if (depositMinor <= 0n) throw new Fault(`${path}/deposit`, 'must be above zero');
  return {
    name: readName(item.name, `${path}/name`),
    count: item.count,
    asset: asset.id,
    depositMinor,
    leveragePpm: readLeverage(item.leverage, `${path}/leverage`),
    instruments: readInstruments(item.instruments, asset, listed, path),
    halfSpreadPpm: readShare(item.halfSpread ?? '0', `${path}/halfSpread`),
  };
}

/** The instruments a group trades: those named, or all that settle in its asset. */
function readInstruments(
  named: readonly string[] | undefined,
  asset: Asset,
  listed: Listed,
  path: string,
): readonly string[] {
  const own = listed.instruments
    .map(({ definition }) => definition)
    .filter(({ settle }) => settle === asset.id);
  if (named === undefined) {
    if (own.length === 0) throw new Fault(`${path}/asset`, `no instrument settles in ${asset.id}`);
    return own.map(({ id }) => id);
  }
  refuseTwice(named, `${path}/instruments`);
  for (const [at, name] of named.entries()) {
    if (own.some(({ id }) => id === name)) continue;
    throw new Fault(`${path}/instruments/${at}`, `no instrument ${quote(name)} settles in ${asset.id}`);
  }
  return named;
}

/** Clients need somebody on the other side of what they leave over. */
function refuseUnquoted(clients: readonly Population[], marketMakers: readonly MarketMakerGroup[]): void {
  const quoted = new Set(marketMakers.flatMap(({ instruments }) => instruments));
  for (const [at, { instruments }] of clients.entries()) {
    const without = instruments.find((instrument) => !quoted.has(instrument));
    if (without !== undefined) throw new Fault(`/clients/${at}`, `no market maker quotes ${quote(without)}`);
  }
}

function findAsset(id: string, listed: Listed, path: string): Asset {
  const asset = listed.assets.find((known) => known.id === id);
  if (asset === undefined) throw new Fault(path, `there is no asset ${quote(id)}`);
  return asset;
}

function readId(id: string, path: string): string {
  if (!isId(id))
    throw new Fault(path, '1 to 64 letters, digits and ._:/- are needed, beginning with a letter or digit');
  return id;
}

/** Names become the beginning of client ids, which must stay ids with a number behind them. */
function readName(name: string, path: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(name)) {
    throw new Fault(path, '1 to 32 letters, digits and ._- are needed, beginning with a letter or digit');
  }
  return name;
}

function refuseTwice(names: readonly string[], path: string): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Fault(path, `${quote(twice)} is there twice`);
}

function readDecimal(text: string, path: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Fault(path, `must be decimal text: ${quote(text)}`);
  return parsed.value;
}

function readAmount(text: string, asset: Asset, path: string): Minor {
  const parsed = parseMinor(text, asset.decimals);
  if (!parsed.ok) {
    const why =
      parsed.error === 'too_fine' ? `${asset.id} has ${asset.decimals} decimals` : 'must be decimal text';
    throw new Fault(path, `${why}: ${quote(text)}`);
  }
  if (parsed.value < 0n || parsed.value > AMOUNT_MAX)
    throw new Fault(path, `is out of range: ${quote(text)}`);
  return parsed.value;
}

/** "0.0005" to 500 parts per million; finer rates are refused, never rounded. */
function readPpm(text: string, path: string): Ppm {
  const parsed = parseMinor(text, 6);
  if (!parsed.ok) {
    const why = parsed.error === 'too_fine' ? 'is finer than one part per million' : 'must be decimal text';
    throw new Fault(path, `${why}: ${quote(text)}`);
  }
  if (!isInt64(parsed.value)) throw new Fault(path, `is out of range: ${quote(text)}`);
  return parsed.value;
}

function readShare(text: string, path: string): Ppm {
  const share = readPpm(text, path);
  if (share < 0n || share > PPM) throw new Fault(path, `is a share from 0 to 1: ${quote(text)}`);
  return share;
}

function readLeverage(text: string, path: string): Ppm {
  const leverage = readPpm(text, path);
  if (leverage < PPM || leverage > 1000n * PPM) throw new Fault(path, `is from 1 to 1000: ${quote(text)}`);
  return leverage;
}

function readDay(text: string | undefined, path: string): TimeMs | null {
  if (text === undefined) return null;
  const parsed = parseTime(text);
  if (!parsed.ok) throw new Fault(path, parsed.error);
  return parsed.value;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

/**
 * A refusal of the calculator in the words of who wrote the positions: its document was made here, so that what it names
 * is looked up in the book. What has no place there stays a place in the document, which `--document` prints.
 */
import type { AnalyzeRefusal } from './analyzeAnswer.js';
import type { BookedAccount } from './analyzeDocument.js';
import type { BookedPosition } from './analyzePosition.js';
import { pointer } from './calcError.js';
import type { CalcRefusal } from './calcSchema.js';
import { ccxtTierPath } from './ccxtTiers.js';

export function inWordsOfTheBook({ error }: CalcRefusal, account: BookedAccount): AnalyzeRefusal {
  const place = writtenPlace(error.path.split('/').slice(1).map(unescaped), account);
  if (place === null) return { error: { ...error, input: 'document' } };
  const message =
    error.code === 'taker_fee_missing' ? `${error.message} (--taker-fee or --markets)` : error.message;
  return {
    error: { ...error, message: `${place.symbol}: ${message}`, path: place.path, input: place.input },
  };
}

interface WrittenPlace {
  readonly path: string;
  readonly input: AnalyzeRefusal['error']['input'];
  readonly symbol: string;
}

/** Fields of the calculator by another name; those that are read from the symbol. */
const POSITION_FIELDS: Readonly<Record<string, string>> = { quantity: 'contracts' };
const FROM_SYMBOL = ['id', 'kind', 'payoff', 'base', 'quote', 'settle', 'expiry', 'strike', 'optionType'];
const TIER_FIELDS: Readonly<Record<string, string>> = {
  notionalFloor: 'minNotional',
  notionalCap: 'maxNotional',
};

function writtenPlace(steps: readonly string[], account: BookedAccount): WrittenPlace | null {
  const [list, at = '', ...rest] = steps;
  switch (list) {
    case 'instruments':
      return ofInstrument(instrumentAt(account, Number(at)), rest, account);
    case 'marks':
    case 'indexPrices':
      return ofPosition(byId(account, at), list === 'marks' ? 'markPrice' : 'indexPrice');
    case 'marginAccounts': {
      const [positions, index = '', field = ''] = rest;
      if (positions !== 'positions') return null;
      return ofPosition(heldBy(account, Number(at), Number(index)), POSITION_FIELDS[field] ?? field);
    }
    default:
      return null;
  }
}

function ofInstrument(
  booked: BookedPosition | undefined,
  [field = '', tier = '', tierField = '']: readonly string[],
  { tiers }: BookedAccount,
): WrittenPlace | null {
  if (booked === undefined) return null;
  const { symbol } = booked.source;
  if (field !== 'tiers') return ofPosition(booked, FROM_SYMBOL.includes(field) ? 'symbol' : field);
  if (!booked.hasTiers) return ofPosition(booked, 'maintenanceMarginPercentage');
  const row = ccxtTierPath(tiers.source, symbol, Number(tier));
  const named = tierField === '' ? '' : pointer(TIER_FIELDS[tierField] ?? tierField);
  return { path: `${tiers.place.path}${row}${named}`, input: tiers.place.input, symbol };
}

function ofPosition(booked: BookedPosition | undefined, field: string): WrittenPlace | null {
  if (booked === undefined) return null;
  const { path, symbol } = booked.source;
  return { path: `${path}${field === '' ? '' : pointer(field)}`, input: 'positions', symbol };
}

/** Both sides of a contract are one instrument, in the order of the first. */
function instrumentAt({ positions }: BookedAccount, index: number): BookedPosition | undefined {
  const ids = [...new Set(positions.map(({ instrument }) => instrument.id))];
  return positions.find(({ instrument }) => instrument.id === ids[index]);
}

function byId({ positions }: BookedAccount, id: string): BookedPosition | undefined {
  return positions.find(({ instrument }) => instrument.id === id);
}

/** Accounts of one position each come first, then the one in cross mode as it is and the one of all. */
function heldBy({ positions }: BookedAccount, account: number, index: number): BookedPosition | undefined {
  if (account < positions.length) return positions[account];
  const inCross = positions.filter(({ source }) => source.marginMode !== 'isolated');
  return (account === positions.length ? inCross : positions)[index];
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

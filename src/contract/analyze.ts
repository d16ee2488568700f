/**
 * A book as CCXT tells it, computed: what each position requires and where it is liquidated, what the book would require
 * in isolated, cross and portfolio margin, and where the venue's own figures differ. Every number is the calculator's.
 */
import { err, ok, type Result } from '../base/result.js';
import type { AnalyzeAnswer, AnalyzedMode, AnalyzedPosition, AnalyzeRefusal } from './analyzeAnswer.js';
import { comparisonsOf } from './analyzeDifferences.js';
import { type BookedAccount, bookedAccount, crossDocument, isolatedDocument } from './analyzeDocument.js';
import type { AnalyzeNote } from './analyzeNote.js';
import { add, relative } from './analyzeNumbers.js';
import { portfolioMode } from './analyzePortfolio.js';
import type { BookedPosition } from './analyzePosition.js';
import { inWordsOfTheBook } from './analyzeRefusal.js';
import { answerCalc, isCalcRefusal } from './calc.js';
import type { ScenarioPreset } from './calcScenarioSchema.js';
import type { CalcAnswer, CalcDocument, WholeAccountAnswer } from './calcSchema.js';
import { type CcxtInput, readCcxtBook } from './ccxtBook.js';

export * from './analyzeAnswer.js';
export type { AnalyzeNote } from './analyzeNote.js';

export interface AnalyzeOptions {
  /** Conventions to compute by; marks and marginal tiers on the value at the mark without one. */
  readonly profile?: string | undefined;
  /** For contracts whose market tells none: some conventions keep a closing fee. */
  readonly takerFeeRate?: string | undefined;
  /** Scenarios of portfolio margin. */
  readonly preset: ScenarioPreset;
  readonly valuationAsset?: string | undefined;
  /** The moment of the prices, where the positions tell none: for options. */
  readonly nowMs: number;
}

export function analyzeCcxt(input: CcxtInput, options: AnalyzeOptions): AnalyzeAnswer | AnalyzeRefusal {
  const account = booked(input, options);
  if (!account.ok) return account.error;
  const isolated = computed(isolatedDocument(account.value), account.value);
  if (!isolated.ok) return isolated.error;
  const cross = computed(crossDocument(account.value), account.value);
  if (!cross.ok) return cross.error;
  const whole = (id: string) =>
    cross.value.marginAccounts.find((found) => found.id === id) as WholeAccountAnswer;
  const asItIs = whole('as-it-is');
  const positions = account.value.positions.map((position, at) =>
    analyzedPosition(account.value, position, {
      alone: isolated.value.marginAccounts[at] as CalcAnswer['marginAccounts'][number],
      asItIs,
    }),
  );
  const portfolio = portfolioMode(account.value, options);
  if (!portfolio.ok) return inWordsOfTheBook(portfolio.error, account.value);
  return {
    valuationAsset: account.value.valuationAsset,
    profile: options.profile ?? null,
    positions,
    modes: [
      isolatedMode(cross.value, account.value),
      wholeMode('cross', whole('all-cross'), account.value),
      portfolio.value,
    ],
    comparisons: comparisonsOf(account.value, positions, isolated.value),
    notes: [...account.value.notes, ...warningNotes(isolated.value, account.value)],
  };
}

/** The calculator's document of the book, each account in it. */
export function analyzeDocument(input: CcxtInput, options: AnalyzeOptions): CalcDocument | AnalyzeRefusal {
  const account = booked(input, options);
  return account.ok ? crossDocument(account.value) : account.error;
}

export function isAnalyzeRefusal(answer: object): answer is AnalyzeRefusal {
  return 'error' in answer;
}

function booked(input: CcxtInput, options: AnalyzeOptions): Result<BookedAccount, AnalyzeRefusal> {
  const book = readCcxtBook(input);
  if (!book.ok) return err({ error: { ...book.error, context: {} } });
  const account = bookedAccount(book.value, options);
  if (account.ok) return account;
  const { path, message, code = 'incomplete_position' } = account.error;
  return err({ error: { code, message, path, input: 'positions', context: {} } });
}

function computed(document: CalcDocument, account: BookedAccount): Result<CalcAnswer, AnalyzeRefusal> {
  const answer = answerCalc(JSON.stringify(document));
  return isCalcRefusal(answer) ? err(inWordsOfTheBook(answer, account)) : ok(answer);
}

/** What the calculator warns of each position by itself, that its owner can do something about. */
const NOTED = ['notional_beyond_last_tier', 'leverage_above_tier'];

function warningNotes({ warnings }: CalcAnswer, { positions }: BookedAccount): readonly AnalyzeNote[] {
  return warnings
    .filter(({ code }) => NOTED.includes(code))
    .map(({ code, message, path }) => ({
      code,
      message,
      symbol: positions[Number(path.split('/')[2])]?.source.symbol ?? null,
    }));
}

interface Answers {
  readonly alone: CalcAnswer['marginAccounts'][number];
  /** All positions in cross mode. */
  readonly asItIs: WholeAccountAnswer;
}

function analyzedPosition(
  { isWalletKnown }: BookedAccount,
  { source, instrument, position, markPrice }: BookedPosition,
  { alone, asItIs }: Answers,
): AnalyzedPosition {
  const [found] = alone.positions;
  const shared = asItIs.positions.find(
    (other) => other.instrument === instrument.id && other.side === position.side,
  );
  const isCross = shared !== undefined;
  const price =
    isCross && !isWalletKnown ? null : isCross ? shared.liquidationPrice : found!.liquidationPrice;
  const reason = isCross ? (isWalletKnown ? shared.liquidationPriceReason : 'unknown') : 'none';
  return {
    symbol: source.symbol,
    marginMode: isCross ? 'cross' : 'isolated',
    side: position.side,
    contracts: position.quantity,
    contractSize: instrument.contractSize,
    settle: instrument.settle,
    entryPrice: position.entryPrice ?? null,
    markPrice,
    leverage: position.leverage ?? null,
    notional: found!.notional,
    unrealizedPnl: found!.unrealizedPnl,
    initialMargin: alone.initialMargin,
    maintenanceMargin: alone.maintenanceMargin,
    liquidationPrice: price,
    liquidationPriceReason: price === null ? reason : null,
    distancePercent: price === null ? null : percentFrom(markPrice, price),
    greeks: found !== undefined && 'greeks' in found ? found.greeks : null,
  };
}

/** (price - mark) / mark, to two decimals. */
function percentFrom(mark: string, price: string): string {
  return relative(price, mark, 2);
}

function isolatedMode({ marginAccounts }: CalcAnswer, { positions }: BookedAccount): AnalyzedMode {
  const alone = marginAccounts.slice(0, positions.length);
  return {
    mode: 'isolated',
    initialMargin: alone.reduce((sum, { initialMargin }) => add(sum, initialMargin), '0'),
    maintenanceMargin: alone.reduce((sum, { maintenanceMargin }) => add(sum, maintenanceMargin), '0'),
    equity: null,
    marginRatio: null,
    scenario: null,
    leftOut: [],
    reason: null,
  };
}

function wholeMode(
  mode: 'cross' | 'portfolio',
  answer: WholeAccountAnswer,
  { isWalletKnown }: BookedAccount,
): AnalyzedMode {
  return {
    mode,
    initialMargin: answer.initialMargin,
    maintenanceMargin: answer.maintenanceMargin,
    equity: isWalletKnown ? answer.equity : null,
    marginRatio: isWalletKnown ? answer.marginRatio : null,
    scenario: null,
    leftOut: [],
    reason: null,
  };
}

/** What portfolio margin would ask of a book: under a preset's scenarios, of all of it or of what can be priced. */
import { ok, type Result } from '../base/result.js';
import type { AnalyzedMode } from './analyzeAnswer.js';
import { type BookedAccount, portfolioDocument } from './analyzeDocument.js';
import { answerCalc, isCalcRefusal } from './calc.js';
import type { ScenarioPreset } from './calcScenarioSchema.js';
import type { CalcRefusal, WholeAccountAnswer } from './calcSchema.js';

/** Options without a volatility, their own or one their marks imply, are left out, and named. */
export function portfolioMode(
  account: BookedAccount,
  { preset }: { readonly preset: ScenarioPreset },
): Result<AnalyzedMode, CalcRefusal> {
  const answered = (positions: BookedAccount['positions']) =>
    answerCalc(JSON.stringify(portfolioDocument(account, positions, preset)));
  const leftOut: string[] = [];
  let positions = account.positions;
  for (;;) {
    const answer = answered(positions);
    if (!isCalcRefusal(answer)) {
      return ok(modeOf(account, answer.marginAccounts[0] as WholeAccountAnswer, leftOut));
    }
    const id = answer.error.context['instrument'];
    if (answer.error.code !== 'missing_volatility' || id === undefined) return { ok: false, error: answer };
    leftOut.push(id);
    positions = positions.filter(({ instrument }) => instrument.id !== id);
  }
}

function modeOf(
  { positions, isWalletKnown }: BookedAccount,
  answer: WholeAccountAnswer,
  leftOut: readonly string[],
): AnalyzedMode {
  const isEmpty = answer.positions.length === 0;
  const worst = answer.lines.find(
    ({ name, detail }) => name.startsWith('maintenanceMargin.') && detail !== undefined,
  );
  const isWhole = isWalletKnown && leftOut.length === 0;
  return {
    mode: 'portfolio',
    initialMargin: isEmpty ? null : answer.initialMargin,
    maintenanceMargin: isEmpty ? null : answer.maintenanceMargin,
    equity: isWhole ? answer.equity : null,
    marginRatio: isWhole ? answer.marginRatio : null,
    scenario: worst?.detail ?? null,
    leftOut: positions
      .filter(({ instrument }) => leftOut.includes(instrument.id))
      .map(({ source }) => source.symbol),
    reason: leftOut.length === 0 ? null : 'options without a volatility, and with marks that imply none',
  };
}

/** The tables of the pages on tail models, computed by src/risk. */

import { seededRandom } from '../src/base/index.js';
import {
  ageWeights,
  alignMarket,
  asymptoticErrors,
  type Bar,
  bootstrapErrors,
  confidenceOf,
  ewmaFilter,
  fitGarch,
  fitParetoTail,
  type GarchParameters,
  garchLogLikelihood,
  garchVariances,
  jointScenarios,
  normalTail,
  paretoMeasure,
  QUANTILE_TYPES,
  quantileLoss,
  scenarioMeasure,
  studentTail,
  TAIL_MODEL_NAMES,
  TAIL_MODELS,
  tailCount,
  tailMeasure,
  weightedTailMeasure,
} from '../src/risk/index.js';
import { MARK_POUND } from '../src/testkit/markPound.js';
import { table } from './markdown.js';

export const TAIL_EXAMPLES: Readonly<Record<string, () => string>> = {
  'tail-count': tailCountExample,
  'tail-quantiles': quantilesExample,
  'tail-contributions': contributionsExample,
  'tail-errors': errorsExample,
  'age-weights': ageExample,
  'ewma-filter': filterExample,
  'ewma-tails': tailsExample,
  'garch-likelihood': garchExample,
  'garch-recovered': recoveredExample,
  'garch-benchmark': benchmarkExample,
  'pareto-tail': paretoExample,
  'joint-scenarios': jointExample,
  'tail-models': modelsExample,
};

/** Losses 1 to 20, in an order that does not matter. */
const TWENTY = Array.from({ length: 20 }, (_, i) => 1 + ((7 * i) % 20));

function tailCountExample(): string {
  const rows = [
    ['500', '0.99'],
    ['500', '0.975'],
    ['1000', '0.999'],
    ['500', '0.999'],
  ].map(([n = '', text = '']) => {
    const { count, mass, lastPart } = tailCount(Number(n), confidenceOf(text));
    const doubles = Math.ceil(Number(n) * (1 - Number(text)));
    return [n, text, String(mass), String(count), String(lastPart), String(doubles)];
  });
  return table(['n', 'confidence', 'n x (1 - c)', 'k', 'part of the k-th', 'k in doubles'], rows);
}

function quantilesExample(): string {
  const at = confidenceOf('0.875');
  const measured = must(tailMeasure(TWENTY, at));
  const members = measured.tail.map(({ loss, weight }) => `${loss} x ${weight}`).join(' + ');
  const rows = QUANTILE_TYPES.map((type) => [`VaR, ${type}`, round(quantileLoss(TWENTY, at, type))]);
  rows.push(['ES', `${members} = ${round(measured.expectedShortfall)}`]);
  return table(['of the losses 1 to 20 at 87.5%', 'is'], rows);
}

function contributionsExample(): string {
  const perp = TWENTY.map((loss) => 10 - loss);
  const hedge = TWENTY.map((loss) => (loss > 17 ? 3 : -1));
  const legs = [
    { id: 'perp', pnl: perp },
    { id: 'hedge', pnl: hedge },
  ];
  const ids = TWENTY.map((_, i) => String(i));
  const found = must(scenarioMeasure({ ids, legs }, confidenceOf('0.875')));
  const rows = found.legs.map((leg) => [
    leg.id,
    round(leg.shortfallContribution),
    round(leg.valueAtRiskContribution),
    round(leg.aloneShortfall),
    round(leg.incrementalShortfall),
  ]);
  rows.push(['together', round(found.expectedShortfall), round(found.valueAtRisk), '', '']);
  return table(['position', 'adds to ES', 'adds to VaR', 'ES alone', 'saved without it'], rows);
}

function errorsExample(): string {
  const losses = drawnReturns(1000, 'errors');
  const at = confidenceOf('0.975');
  const found = must(tailMeasure(losses, at));
  const formula = must(asymptoticErrors(losses, at));
  const rows = [
    ['figure', percent(found.valueAtRisk), percent(found.expectedShortfall)],
    ['error, asymptotic', percent(formula.valueAtRisk), percent(formula.expectedShortfall)],
    ...[1, 20].map((blockLength) => {
      const drawn = must(bootstrapErrors(losses, at, { blockLength, draws: 500, seed: '1' }));
      return [
        `error, blocks of ${blockLength}`,
        percent(drawn.valueAtRisk),
        percent(drawn.expectedShortfall),
      ];
    }),
  ];
  return table(['', 'VaR', 'ES'], rows);
}

function ageExample(): string {
  const losses = [5, 3, 8, 1, 2];
  const weights = ageWeights(5, 0.8);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const found = must(weightedTailMeasure(losses, weights, confidenceOf('0.75')));
  const rows = losses.map((loss, i) => {
    const member = found.tail.find(({ index }) => index === i);
    return [String(5 - i), String(loss), round((weights[i] as number) / total), round(member?.weight ?? 0)];
  });
  rows.push(['', `VaR ${found.valueAtRisk}, ES ${round(found.expectedShortfall)}`, '', '']);
  return table(['days ago', 'loss', 'probability', 'weight in the tail at 75%'], rows);
}

function filterExample(): string {
  const losses = Float64Array.from([0.01, -0.03, 0.02, -0.2, 0.05]);
  const at = { lambda: 0.97, warmup: 2, favourableCap: 2 };
  const capped = ewmaFilter(losses, at);
  const whole = ewmaFilter(losses, { ...at, favourableCap: Number.POSITIVE_INFINITY });
  const rows = [...losses].map((loss, day) => [
    String(day),
    String(loss),
    percent(capped.volatility[day] as number),
    round(capped.residuals[day] as number),
    percent(whole.volatility[day] as number),
  ]);
  rows.push(['5', '', percent(capped.volatility[5] as number), '', percent(whole.volatility[5] as number)]);
  return table(['day', 'loss', 'volatility', 'residual', 'volatility without the cap'], rows);
}

function tailsExample(): string {
  const rows = ['0.975', '0.99', '0.999'].map((text) => {
    const at = confidenceOf(text);
    const tails = [normalTail({ deviation: 0.04 }, at), studentTail({ deviation: 0.04, degrees: 4 }, at)];
    return [text, ...tails.flatMap((tail) => [percent(tail.valueAtRisk), percent(tail.expectedShortfall)])];
  });
  return table(['confidence', 'normal VaR', 'normal ES', 't VaR', 't ES'], rows);
}

const GARCH: GarchParameters = { mean: 0, constant: 0.05, shock: 0.1, persistence: 0.85, degrees: 6 };

function garchExample(): string {
  const returns = Float64Array.from([1, -2, 0.5]);
  const normal = { ...GARCH, degrees: Number.POSITIVE_INFINITY };
  const variances = garchVariances(returns, GARCH);
  const rows = [...variances].map((variance, day) => [
    String(day),
    String(returns[day] ?? ''),
    round(variance),
  ]);
  rows.push(['log likelihood, normal', '', round(garchLogLikelihood(returns, normal))]);
  rows.push(['log likelihood, t', '', round(garchLogLikelihood(returns, GARCH))]);
  return table(['day', 'return', 'variance'], rows);
}

/** To the digits that the simplex and the flat top of the likelihood leave the same on any machine. */
function benchmarkExample(): string {
  const { parameters, logLikelihood } = must(fitGarch(MARK_POUND, { law: 'normal' }));
  const { mean, constant, shock, persistence } = parameters;
  return table(
    ['', 'published', 'fitted'],
    [
      ['mean', '-0.00619041', mean.toFixed(6)],
      ['constant', '0.0107613', constant.toFixed(6)],
      ['shock', '0.153134', shock.toFixed(5)],
      ['persistence', '0.805974', persistence.toFixed(5)],
      ['log likelihood', '', logLikelihood.toFixed(4)],
    ],
  );
}

function recoveredExample(): string {
  const returns = drawnReturns(8000, 'garch');
  const { parameters } = must(fitGarch(returns, { law: 'normal' }));
  return table(
    ['', 'drawn with', 'fitted'],
    [
      ['constant', '0.00005', parameters.constant.toPrecision(2)],
      ['shock', '0.1', parameters.shock.toFixed(2)],
      ['persistence', '0.87', parameters.persistence.toFixed(2)],
    ],
  );
}

function paretoExample(): string {
  const worst = Float64Array.from({ length: 500 }, (_, i) => ((i + 0.5) / 500) ** -0.25 - 1);
  const fit = must(fitParetoTail(worst, 0.1));
  const rows = ['0.99', '0.999', '0.9999'].map((text) => {
    const { valueAtRisk, expectedShortfall } = paretoMeasure(fit, confidenceOf(text));
    const exact = (1 - Number(text)) ** -0.25;
    return [text, round(valueAtRisk), round(exact - 1), round(expectedShortfall), round(exact / 0.75 - 1)];
  });
  const head = `Threshold ${round(fit.threshold)}, shape ${round(fit.shape)}, scale ${round(fit.scale)}.`;
  return `${head}\n\n${table(['confidence', 'VaR', 'true', 'ES', 'true'], rows)}`;
}

function jointExample(): string {
  const random = seededRandom('joint');
  const series = (['OLD', 'NEW'] as const).map((asset) => {
    let close = 100;
    const bars = Array.from({ length: 90 }, (_, day): Bar => {
      const size = day < 60 ? 0.02 : 0.05;
      const open = close;
      close = open * (1 + (day === 40 ? -0.1 : size * (random.unit() - 0.5)));
      return {
        timeMs: day * 86_400_000,
        open,
        high: Math.max(open, close),
        low: Math.min(open, close),
        close,
        volume: null,
      };
    });
    return { asset, bars: asset === 'OLD' ? bars : bars.slice(50) };
  });
  const market = must(alignMarket(series, { intervalMs: 86_400_000 }));
  const joint = must(
    jointScenarios(market, { warmup: 20, residualsMin: 50, residualsMax: 70, peers: { NEW: ['OLD'] } }),
  );
  const at = joint.dates.indexOf(market.dates[39] as string);
  const rows = joint.assets.map(({ asset, closes, fallVolatility, borrowed }, i) => [
    asset,
    percent(market.assets[i]?.returns[39] as number),
    percent(fallVolatility),
    percent(closes[at] as number),
    String(borrowed['OLD'] ?? 0),
  ]);
  return table(
    ['asset', 'move on the date', 'volatility today', 'move in the scenario', 'borrowed scenarios'],
    rows,
  );
}

function modelsExample(): string {
  const returns = drawnReturns(800, 'models');
  const rows = TAIL_MODEL_NAMES.map((name) => {
    const model = TAIL_MODELS[name]();
    const at = (side: 'long' | 'short') =>
      must(model.forecasts({ returns, start: 800, end: 801, confidence: '0.99', side }));
    const cells = (['long', 'short'] as const).flatMap((side) => {
      const { valueAtRisk, expectedShortfall } = at(side);
      return [percent(valueAtRisk[0] as number), percent(expectedShortfall[0] as number)];
    });
    return [`\`${name}\``, String(model.daysMin), ...cells];
  });
  return table(['model', 'days', 'VaR long', 'ES long', 'VaR short', 'ES short'], rows);
}

/** Returns in calm and wild stretches, of shocks that are about normal. */
function drawnReturns(days: number, seed: string): Float64Array {
  const random = seededRandom(seed);
  let variance = 0.0016;
  return Float64Array.from({ length: days }, () => {
    let z = -6;
    for (let i = 0; i < 12; i++) z += random.unit();
    const value = Math.sqrt(variance) * z;
    variance = 0.00005 + 0.1 * value * value + 0.87 * variance;
    return value;
  });
}

function percent(value: number): string {
  return Number.isNaN(value) ? '' : `${(100 * value).toFixed(2)}%`;
}

function round(value: number): string {
  return Number.isNaN(value) ? '' : String(Number(value.toFixed(6)));
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** What the shape of a crisis file cannot say: names that refer to nothing, prices without a start, steps out of order. */
import { parseDecimal } from '../base/index.js';
import type { CrisisFault } from './crisis.js';
import type { CrisisDocument, MechanismKind } from './crisisSchema.js';

/** The figures a mechanism cannot be replayed without. */
export const REQUIRED_FIGURES: Readonly<Record<MechanismKind, readonly string[]>> = {
  emptyBook: ['bidsDollars', 'pendingDollars'],
  outage: ['minutes'],
  zeroBid: ['lostDollars'],
  frozenFeed: ['floorPrice'],
  ownTokenCollateral: [],
  thinOracle: [],
  profitAsCollateral: ['share'],
  exemptAffiliate: [],
  conversionsPaused: [],
  withdrawalsSuspended: [],
  sharedLiquidatorVault: ['positionDollars'],
  openInterestCapExceeded: [],
  ownBookCollateral: [],
  sharedCollateral: [],
};

/** Kinds that concern the venue as a whole: they name no asset. */
const OF_THE_VENUE: readonly MechanismKind[] = ['outage', 'exemptAffiliate'];

/** The first fault of a well-formed document. */
export function documentFault(document: CrisisDocument): CrisisFault | null {
  return (
    twiceFault(
      '/assets',
      document.assets.map(({ asset }) => asset),
    ) ??
    twiceFault(
      '/sources',
      document.sources.map(({ id }) => id),
    ) ??
    first(document.sources, (source, at) => sourceFault(source, `/sources/${at}`)) ??
    first(document.assets, (asset, at) => startFault(document, asset, `/assets/${at}`)) ??
    first(document.steps, (_, at) => stepFault(document, at)) ??
    first(document.mechanisms, (mechanism, at) => mechanismFault(document, mechanism, `/mechanisms/${at}`)) ??
    unusedSource(document)
  );
}

function sourceFault(source: CrisisDocument['sources'][number], path: string): CrisisFault | null {
  if (source.status === 'public' && source.publisher === undefined)
    return { path: `${path}/publisher`, rule: 'is missing: a public source has one' };
  return null;
}

function startFault(
  document: CrisisDocument,
  { asset, price, source }: CrisisDocument['assets'][number],
  path: string,
): CrisisFault | null {
  if (price === undefined) return null;
  if (asset === '*') return { path: `${path}/price`, rule: 'is no price: * stands for many assets' };
  return (
    numberFault(price, `${path}/price`, { above: true }) ??
    (source === undefined
      ? { path: `${path}/source`, rule: 'is missing: each figure has one' }
      : sourceIdFault(document, source, `${path}/source`))
  );
}

function stepFault(document: CrisisDocument, at: number): CrisisFault | null {
  const step = document.steps[at] as CrisisDocument['steps'][number];
  const path = `/steps/${at}`;
  const before = document.steps[at - 1];
  if (before !== undefined && step.minute <= before.minute)
    return { path: `${path}/minute`, rule: 'is not after the step above it' };
  return (
    twiceFault(
      `${path}/shocks`,
      step.shocks.map(({ asset, on }) => `${asset} ${on}`),
    ) ??
    first(step.shocks, (shock, number) => shockFault(document, shock, `${path}/shocks/${number}`)) ??
    twiceFault(
      `${path}/depth`,
      (step.depth ?? []).map(({ asset }) => asset),
    ) ??
    first(step.depth ?? [], ({ asset, multiplier, gap, source }, number) => {
      const here = `${path}/depth/${number}`;
      return (
        assetFault(document, asset, `${here}/asset`) ??
        numberFault(multiplier, `${here}/multiplier`, { above: false }) ??
        (gap === undefined ? null : shareFault(gap, `${here}/gap`)) ??
        sourceIdFault(document, source, `${here}/source`)
      );
    })
  );
}

function shockFault(
  document: CrisisDocument,
  { asset, price, move, source }: CrisisDocument['steps'][number]['shocks'][number],
  path: string,
): CrisisFault | null {
  const fault =
    assetFault(document, asset, `${path}/asset`) ?? sourceIdFault(document, source, `${path}/source`);
  if (fault !== null) return fault;
  if ((price === undefined) === (move === undefined))
    return { path, rule: 'has either a price or a move, and not both' };
  if (move !== undefined) {
    const parsed = parseDecimal(move);
    if (!parsed.ok) return { path: `${path}/move`, rule: 'must be a plain decimal' };
    const isOver = parsed.value.digits > -(10n ** BigInt(parsed.value.scale));
    return isOver ? null : { path: `${path}/move`, rule: 'must be above -1' };
  }
  const start = document.assets.find((known) => known.asset === asset)?.price;
  if (start === undefined)
    return { path: `${path}/price`, rule: `needs a price of ${asset} before the crisis, in assets` };
  return numberFault(price as string, `${path}/price`, { above: true });
}

function mechanismFault(
  document: CrisisDocument,
  mechanism: CrisisDocument['mechanisms'][number],
  path: string,
): CrisisFault | null {
  const { kind, assets, fromMinute, untilMinute, figures, source } = mechanism;
  if (untilMinute !== undefined && untilMinute < fromMinute)
    return { path: `${path}/untilMinute`, rule: 'is before it begins' };
  if (OF_THE_VENUE.includes(kind) !== (assets.length === 0))
    return {
      path: `${path}/assets`,
      rule:
        assets.length === 0
          ? `must name an asset: ${kind} has one`
          : `must be empty: ${kind} is of the venue`,
    };
  const missing = REQUIRED_FIGURES[kind].find((name) => !figures.some((figure) => figure.name === name));
  if (missing !== undefined)
    return { path: `${path}/figures`, rule: `must have ${missing}: ${kind} cannot be replayed without` };
  return (
    sourceIdFault(document, source, `${path}/source`) ??
    first(assets, (asset, at) => assetFault(document, asset, `${path}/assets/${at}`)) ??
    twiceFault(
      `${path}/figures`,
      figures.map(({ name }) => name),
    ) ??
    first(
      figures,
      ({ value, source: of }, at) =>
        numberFault(value, `${path}/figures/${at}/value`, { above: false }) ??
        sourceIdFault(document, of, `${path}/figures/${at}/source`),
    )
  );
}

function unusedSource(document: CrisisDocument): CrisisFault | null {
  const used = new Set([
    ...document.assets.map(({ source }) => source),
    ...document.steps.flatMap(({ shocks, depth = [] }) => [...shocks, ...depth].map(({ source }) => source)),
    ...document.mechanisms.flatMap(({ source, figures }) => [
      source,
      ...figures.map((figure) => figure.source),
    ]),
  ]);
  const at = document.sources.findIndex(({ id }) => !used.has(id));
  return at < 0 ? null : { path: `/sources/${at}`, rule: 'is the source of no figure' };
}

function assetFault(document: CrisisDocument, asset: string, path: string): CrisisFault | null {
  return document.assets.some((known) => known.asset === asset)
    ? null
    : { path, rule: `${asset} is not among the assets` };
}

function sourceIdFault(document: CrisisDocument, source: string, path: string): CrisisFault | null {
  return document.sources.some(({ id }) => id === source)
    ? null
    : { path, rule: `${source} is not among the sources` };
}

function numberFault(text: string, path: string, { above }: { readonly above: boolean }): CrisisFault | null {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return { path, rule: 'must be a plain decimal' };
  if (above ? parsed.value.digits > 0n : parsed.value.digits >= 0n) return null;
  return { path, rule: above ? 'must be above 0' : 'must not be negative' };
}

function shareFault(text: string, path: string): CrisisFault | null {
  const fault = numberFault(text, path, { above: false });
  if (fault !== null) return fault;
  const parsed = parseDecimal(text);
  const isShare = parsed.ok && parsed.value.digits < 10n ** BigInt(parsed.value.scale);
  return isShare ? null : { path, rule: 'must be under 1' };
}

function twiceFault(path: string, names: readonly string[]): CrisisFault | null {
  const at = names.findIndex((name, place) => names.indexOf(name) !== place);
  return at < 0 ? null : { path: `${path}/${at}`, rule: `${names[at]} is there twice` };
}

function first<T>(
  items: readonly T[],
  faultOf: (item: T, at: number) => CrisisFault | null,
): CrisisFault | null {
  for (const [at, item] of items.entries()) {
    const fault = faultOf(item, at);
    if (fault !== null) return fault;
  }
  return null;
}

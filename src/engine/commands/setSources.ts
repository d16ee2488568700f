/**
 * Declares of which sources the price of collateral, or the index of an instrument, is made, and by which rules; or that it
 * comes finished again. While sources are declared no finished price is taken (MAR-11, PRC-01).
 */
import { PPM } from '../../base/index.js';
import { isId } from '../../market/index.js';
import { isSpot } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { TICKS_MAX } from '../guardPrice.js';
import { type Rejection, reject } from '../rejection.js';
import type { AssetSourceRules, IndexSourceRules } from '../sourceFields.js';
import { keptSourcesOf } from '../sourceStore.js';
import { findTrading } from './checks.js';
import { findPriced } from './mark.js';

const SOURCES_MAX = 32;
const WEIGHT_MAX = 1_000_000;

export function decideSetAssetSources({ state }: Situation, command: CommandOf<'setAssetSources'>): Decision {
  const poolAssetRow = findPriced(state, command.pool, command.asset);
  if (typeof poolAssetRow === 'object') return poolAssetRow;
  const { revision, rules } = command;
  const kept = keptSourcesOf(state, 'assets', poolAssetRow);
  const fault = definitionFault(kept, command) ?? redemptionFault(rules);
  if (fault !== null) return fault;
  return [{ kind: 'assetSourcesSet', poolAssetRow, revision, rules: sorted(rules) }];
}

export function decideSetIndexSources({ state }: Situation, command: CommandOf<'setIndexSources'>): Decision {
  const instrumentRow = findTrading(state, command.instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const { revision, rules } = command;
  const kept = keptSourcesOf(state, 'instruments', instrumentRow);
  const fault = isSpot(state, instrumentRow)
    ? invalid('instrument', 'a pair has no index')
    : definitionFault(kept, command);
  if (fault !== null) return fault;
  return [{ kind: 'indexSourcesSet', instrumentRow, revision, rules: sorted(rules) }];
}

/** In the order of their names: the order in which they were sent says nothing. */
function sorted<Rules extends IndexSourceRules>(rules: Rules | null): Rules | null {
  return rules === null
    ? null
    : { ...rules, sources: rules.sources.toSorted((a, b) => (a.source < b.source ? -1 : 1)) };
}

function definitionFault(
  kept: { readonly revision: number; readonly rules: IndexSourceRules | null },
  { revision, rules }: { readonly revision: number; readonly rules: IndexSourceRules | null },
): Rejection | null {
  if (revision !== kept.revision + 1) return invalid('revision', `is ${kept.revision + 1}`);
  if (rules !== null) return sourcesFault(rules) ?? rulesFault(rules);
  return kept.rules === null ? reject('nothing_to_do', { revision }) : null;
}

function sourcesFault({ sources }: IndexSourceRules): Rejection | null {
  if (sources.length === 0 || sources.length > SOURCES_MAX)
    return invalid('sources', `is a list of 1 to ${SOURCES_MAX}`);
  for (const [at, { source, weight, maxAgeMs }] of sources.entries()) {
    if (!isId(source)) return reject('invalid_id', { id: source.slice(0, 80) });
    if (weight < 1 || weight > WEIGHT_MAX) return invalid(`sources[${at}].weight`, `from 1 to ${WEIGHT_MAX}`);
    if (maxAgeMs < 1) return invalid(`sources[${at}].maxAgeMs`, 'above 0');
  }
  if (new Set(sources.map(({ source }) => source)).size < sources.length)
    return invalid('sources', 'each source once');
  return sources.filter(({ isOwnBook }) => isOwnBook).length > 1
    ? invalid('sources', 'one own book at most')
    : null;
}

function rulesFault(rules: IndexSourceRules): Rejection | null {
  const { sources, sourcesMin, outlierPpm, clipPpm, ownBookSharePpm } = rules;
  if (sourcesMin < 1 || sourcesMin > sources.length)
    return invalid('sourcesMin', 'from 1 to the number of sources');
  if (outlierPpm <= 0n || outlierPpm > PPM) return invalid('outlierPpm', 'above 0, to 1');
  if (clipPpm < 0n || clipPpm > outlierPpm || clipPpm >= PPM)
    return invalid('clipPpm', 'from 0 to the distance of outliers, below 1');
  if (ownBookSharePpm < 0n || ownBookSharePpm > PPM) return invalid('ownBookSharePpm', 'from 0 to 1');
  return ownBookSharePpm < PPM && sources.every(({ isOwnBook }) => isOwnBook)
    ? invalid('sources', 'the own book is not the only source while its share is below 1')
    : null;
}

function redemptionFault(rules: AssetSourceRules | null): Rejection | null {
  const redemption = rules?.redemption ?? null;
  if (redemption === null) return null;
  const { price, feePpm } = redemption;
  if (price <= 0n || price > TICKS_MAX) return invalid('redemption.price', 'above 0, inside the range');
  return feePpm < 0n || feePpm > PPM ? invalid('redemption.feePpm', 'from 0 to 1') : null;
}

function invalid(field: string, rule: string): Rejection {
  return reject('invalid_definition', { field, rule });
}

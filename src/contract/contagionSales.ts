/** The questions of fire sales, in floating point. */
import { err, ok, type Result } from '../base/result.js';
import {
  greenwoodLandierThesmar,
  type Holdings,
  liquidityWeightedOverlap,
  type ThresholdAnswer,
  thresholdDeleveraging,
} from '../contagion/network/index.js';
import type { ContagionAnswer } from './contagionAnswerSchema.js';
import { type ContagionFault, contagionFault, duplicateFault, methodFault } from './contagionFaults.js';
import type {
  FireSaleDocument,
  OverlapDocument,
  TargetLeverageDocument,
  ThresholdDocument,
} from './contagionSchema.js';

type Answer = Result<ContagionAnswer, ContagionFault>;

export function answerFireSale(document: FireSaleDocument): Answer {
  const fault =
    duplicateFault('nodes', document.nodes) ??
    duplicateFault('assets', document.assets) ??
    unknownFault(document);
  if (fault !== null) return err(fault);
  switch (document.method) {
    case 'greenwoodLandierThesmar':
      return answerTarget(document);
    case 'thresholdDeleveraging':
      return answerThreshold(document);
    case 'overlap':
      return answerOverlap(document);
  }
}

function answerTarget(document: TargetLeverageDocument): Answer {
  const { nodes, assets } = document;
  const holdings = holdingsOf(document);
  const found = greenwoodLandierThesmar({
    holdings,
    equity: nodes.map(({ equity }) => equity),
    targetLeverage: nodes.map(
      ({ equity, targetLeverage }, i) => targetLeverage ?? ownLeverage(holdings, i, equity),
    ),
    shock: assets.map(({ shock = 0 }) => shock),
  });
  if (!found.ok) return err(methodFault(document, found.error));
  const { directLoss, fireSaleLoss, aggregateVulnerability } = found.value;
  return ok({
    method: 'greenwoodLandierThesmar',
    directLoss,
    fireSaleLoss,
    aggregateVulnerability,
    nodes: found.value.nodes.map(({ isSoldOut, ...node }, i) => ({
      id: nodes[i]?.id as string,
      ...node,
      soldOut: isSoldOut,
    })),
    assets: found.value.assets.map(({ sold, impact, isWorthless }, k) => ({
      id: assets[k]?.id as string,
      sold,
      impact,
      worthless: isWorthless,
    })),
  });
}

/** Debt over equity, of a node that has any; what is wrong with its equity is found by the method. */
function ownLeverage({ held }: Holdings, i: number, equity: number): number {
  const all = (held[i] as readonly number[]).reduce((sum, amount) => sum + amount, 0);
  const leverage = all / equity - 1;
  return Number.isFinite(leverage) ? Math.max(0, leverage) : 0;
}

function answerThreshold(document: ThresholdDocument): Answer {
  const { nodes, assets } = document;
  const found = thresholdDeleveraging({
    holdings: holdingsOf(document),
    equity: nodes.map(({ equity }) => equity),
    unsellable: nodes.map(({ unsellable = 0 }) => unsellable),
    loss: nodes.map(({ loss = 0 }) => loss),
    shock: assets.map(({ shock = 0 }) => shock),
    floor: assets.map(({ floor = 0 }) => floor),
    limit: document.maxLeverage,
    buffer: document.bufferLeverage,
    sellerShare: document.sellerShare ?? 0.5,
    failedNodes: document.failedNodes ?? 'sell',
    roundsMax: document.rounds ?? 100,
  });
  return found.ok ? ok(thresholdAnswer(document, found.value)) : err(methodFault(document, found.error));
}

function thresholdAnswer({ nodes, assets }: ThresholdDocument, found: ThresholdAnswer): ContagionAnswer {
  const byAsset = (values: readonly number[]) =>
    Object.fromEntries(assets.map(({ id }, k) => [id, values[k] as number]));
  return {
    method: 'thresholdDeleveraging',
    directLoss: found.directLoss,
    fireSaleLoss: found.fireSaleLoss,
    quiet: found.isQuiet,
    nodes: found.nodes.map((node, i) => ({ id: nodes[i]?.id as string, ...node })),
    assets: assets.map(({ id }, k) => ({ id, price: found.prices[k] as number })),
    rounds: found.rounds.map(({ loss, sellers, sold, prices }) => ({
      loss,
      sellers: sellers.map((row) => nodes[row]?.id as string),
      sold: byAsset(sold),
      prices: byAsset(prices),
    })),
  };
}

function answerOverlap(document: OverlapDocument): Answer {
  const { nodes } = document;
  const found = liquidityWeightedOverlap(holdingsOf(document));
  if (!found.ok) return err(methodFault(document, found.error));
  const { omega, index, largestEigenvalue } = found.value;
  return ok({
    method: 'overlap',
    largestEigenvalue,
    nodes: nodes.map(({ id }, i) => ({
      id,
      index: index[i] as number,
      overlap: Object.fromEntries(nodes.map((other, j) => [other.id, omega[i]?.[j] as number])),
    })),
  });
}

function holdingsOf({ nodes, assets }: FireSaleDocument): Holdings {
  const held = nodes.map(({ holdings }) =>
    assets.map(({ id }) => (Object.hasOwn(holdings, id) ? (holdings[id] as number) : 0)),
  );
  return { held, depth: assets.map(({ depth }) => depth) };
}

function unknownFault({ nodes, assets }: FireSaleDocument): ContagionFault | null {
  const known = new Set(assets.map(({ id }) => id));
  for (const [i, { holdings }] of nodes.entries()) {
    const asset = Object.keys(holdings).find((id) => !known.has(id));
    if (asset !== undefined) {
      const step = asset.replaceAll('~', '~0').replaceAll('/', '~1');
      return contagionFault('unknown_asset', `/nodes/${i}/holdings/${step}`, { asset });
    }
  }
  return null;
}

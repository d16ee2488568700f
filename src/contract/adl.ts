/** The stateless question "who would be deleveraged": one document in, one object out, whatever the text holds. */
import { Compile } from 'typebox/compile';
import { formatMinor } from '../base/decimal.js';
import {
  allocateDeleveraging,
  type DeleverageAllocation,
  type DeleveragePolicy,
  type RankPreview,
  rankPreview,
  reduced,
} from '../liquidation/index.js';
import { type AdlFault, checkAdl } from './adlFaults.js';
import { contractsText } from './adlNumbers.js';
import {
  type AdlBook,
  bankruptcyPriceOf,
  bookOf,
  candidatesOf,
  isWinner,
  neededOf,
  outcomeOf,
  shortfallOf,
} from './adlOutcome.js';
import {
  type ADL_REASONS,
  type AdlAccountAnswer,
  type AdlAnswer,
  AdlDocument,
  type AdlPositionDocument,
} from './adlSchema.js';
import { formatNearest } from './calcDecimal.js';
import {
  type ContainmentRefusal,
  containmentFault,
  containmentRefusal,
  readDocument,
} from './containmentFault.js';

const PRICE_DECIMALS = 8;
const VALIDATOR = Compile(AdlDocument);

/** Never throws on account of its input. */
export function answerAdl(text: string): AdlAnswer | ContainmentRefusal {
  const read = readDocument(text, VALIDATOR);
  if (!read.ok) return containmentRefusal(read.error);
  const document = read.value as AdlDocument;
  const policy = checkAdl(document);
  if (!policy.ok) return containmentRefusal(policy.error);
  const answer = answerOf(document, policy.value);
  return 'code' in answer ? containmentRefusal(answer) : answer;
}

function answerOf(document: AdlDocument, policy: DeleveragePolicy): AdlAnswer | AdlFault {
  const book = bookOf(document, policy);
  const { terms } = book;
  const shortMinor = shortfallOf(book);
  const needed = neededOf(book, shortMinor);
  const price = bankruptcyPriceOf(book);
  if (price === null) {
    const message =
      'what stands behind the deficit is worth more than it can lose: it has no bankruptcy price';
    return containmentFault('no_bankruptcy_price', '/deficit/collateral', message);
  }
  const candidates = candidatesOf(book);
  const { allocations, takenLots, shortLots } = allocateDeleveraging({
    policy,
    payoff: terms.payoff,
    neededLots: needed,
    candidates,
    mayTake: ({ row, lots }, part) => isWinner(book, row, lots, part),
  });
  const previews = rankPreview({ policy, payoff: terms.payoff, candidates });
  const priceText = formatNearest(price, PRICE_DECIMALS);
  const accounts = accountsOf(book, allocations, previews, priceText);
  return {
    bankruptcyPrice: priceText,
    shortfall: formatMinor(shortMinor, terms.decimals),
    needed: contractsText(terms, needed),
    taken: contractsText(terms, takenLots),
    missing: contractsText(terms, shortLots),
    forgone: formatMinor(
      allocations.reduce((sum, { row, lots }) => sum + outcomeOf(book, row, lots).forgone, 0n),
      terms.decimals,
    ),
    accounts,
  };
}

function accountsOf(
  book: AdlBook,
  allocations: readonly DeleverageAllocation[],
  previews: readonly RankPreview[],
  price: string,
): AdlAccountAnswer[] {
  const { terms, document, positions, policy } = book;
  const seen = new Map(previews.map((preview) => [preview.row, preview]));
  const placed = allocations.filter(({ rank }) => rank !== null);
  const unplaced = new Map(allocations.filter(({ rank }) => rank === null).map((item) => [item.row, item]));
  const shown = placed.map(({ row, rank, lots, score, reason }): AdlAccountAnswer => {
    const { light = 0, lotsAhead = null } = seen.get(row) ?? {};
    const { kept, forgone } = outcomeOf(book, row, lots);
    const exact = score === null ? null : reduced(score);
    return {
      id: idOf(positions, row),
      rank,
      light,
      ahead: lotsAhead === null ? null : contractsText(terms, lotsAhead),
      score: exact === null || exact.denominator === 0n ? null : formatNearest(exact, PRICE_DECIMALS),
      scoreExact: exact === null ? null : `${exact.numerator}/${exact.denominator}`,
      contracts: contractsText(terms, lots),
      price: lots === 0n ? null : price,
      kept: formatMinor(kept, terms.decimals),
      forgone: formatMinor(forgone, terms.decimals),
      reason,
      explanation: explain(reason, policy),
    };
  });
  const others = positions.flatMap(({ id, side }, row): AdlAccountAnswer[] => {
    if (side === document.deficit.side) return [withoutPlace(id, 'sameSide', policy)];
    const reason = unplaced.get(row)?.reason;
    return reason === undefined ? [] : [withoutPlace(id, reason, policy)];
  });
  return [...shown, ...others];
}

type Reason = (typeof ADL_REASONS)[number];

function withoutPlace(id: string, reason: Reason, policy: DeleveragePolicy): AdlAccountAnswer {
  return {
    id,
    rank: null,
    light: 0,
    ahead: null,
    score: null,
    scoreExact: null,
    contracts: '0',
    price: null,
    kept: '0',
    forgone: '0',
    reason,
    explanation: explain(reason, policy),
  };
}

function explain(reason: Reason, policy: DeleveragePolicy): string {
  if (reason === 'part' && policy.kind !== 'queue') return 'its share of what is needed';
  return EXPLANATIONS[reason];
}

const EXPLANATIONS: Readonly<Record<Reason, string>> = {
  whole: 'the whole position',
  capped: 'as much as the policy takes of one account',
  part: 'what was still needed when its turn came',
  notReached: 'the need was met without it',
  refused: 'passed over: it would lose by it, or be under maintenance margin afterwards',
  noPosition: 'it holds nothing',
  noProfit: 'it has no profit at the mark',
  noEquity: 'nothing stands behind it',
  sameSide: 'it is on the side of the deficit',
};

function idOf(positions: readonly AdlPositionDocument[], row: number): string {
  return (positions[row] as AdlPositionDocument).id;
}

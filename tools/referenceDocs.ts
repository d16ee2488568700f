/**
 * The reference pages that follow from tables of the code: flows, events, laws. `reference.test.ts` compares
 * them byte by byte and rewrites them when asked.
 */
import ts from 'typescript';
import type { EventKind } from '../src/engine/index.js';
import { type Bond, FLOWS, type FlowName } from '../src/isolation/index.js';
import { crisesPage } from './crisisDocs.js';
import { LAWS } from './laws.js';
import { table } from './markdown.js';
import { profilesPage } from './profileDocs.js';
import { isTest, listFiles, nodesOf, parse } from './repository.js';

/** Page to its text. */
export const REFERENCE_PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/flows.md': flowsPage,
  'docs/reference/laws.md': lawsPage,
  'docs/reference/events.md': eventsPage,
  'docs/reference/profiles.md': () => profilesPage(REWRITE),
  'docs/reference/crises.md': () => crisesPage(REWRITE),
};

const REWRITE =
  'This page is made from the code: `UPDATE_DOCS=1 npx vitest run tools` writes it anew, and a test compares it.';

const BONDS: Record<Bond, string> = {
  sameClient: 'the same client',
  samePool: 'the same pool',
  sameClientAndPool: 'the same client and pool',
  otherPool: 'another pool',
  none: '',
};

export function flowsPage(): string {
  const rows = Object.entries(FLOWS).map(([name, flow]) => [
    `\`${name}\``,
    flow.from.join(', '),
    flow.to.join(', '),
    BONDS[flow.bond],
    flow.reason,
    linksTo(postersOf(name as FlowName)),
  ]);
  return `# Flows

Money moves only along these lines. A movement that fits none of them is refused by the
[ring fence](../../src/isolation/ringFence.ts), which holds the ledger's only right to post. The kinds of account are
those of the [chart of accounts](../../src/ledger/chart.ts); both ends are always in one asset, and an amount is never
negative.

${table(['flow', 'from', 'to', 'both ends share', 'reason', 'posted by'], rows)}
The list is [flows.ts](../../src/isolation/flows.ts). ${REWRITE}
`;
}

/** Files of the engine that name the flow where a transfer is made. */
export function postersOf(flow: FlowName): string[] {
  return engineFiles().filter((path) =>
    nodesOf(parse(path)).some(
      (node) => ts.isStringLiteral(node) && node.text === flow && isMeantAsFlow(node),
    ),
  );
}

/** As the value of a field `flow`, handed to a function alone or in a list, or one of a pair of flows. */
function isMeantAsFlow(node: ts.StringLiteral): boolean {
  let { parent } = node;
  while (ts.isAsExpression(parent) || ts.isArrayLiteralExpression(parent)) parent = parent.parent;
  if (ts.isPropertyAssignment(parent)) return parent.name.getText() === 'flow';
  if (ts.isVariableDeclaration(parent)) return parent.type?.getText() === 'SignedFlows';
  return ts.isCallExpression(parent) && parent.expression.getText() !== 'reject';
}

export function lawsPage(): string {
  const sentences = lawSentences();
  const sections = LAWS.map((law) => {
    const said = sentences.filter((sentence) => sentence.startsWith(`law ${law.number}:`));
    const quotes =
      said.length === 0 ? '' : `\nSaid when broken:\n\n${said.map((s) => `- \`${s}\``).join('\n')}\n`;
    return `## ${law.number}. ${law.name}

${law.statement}

${law.kept}
${quotes}`;
  });
  return `# Laws

What is true after every event, or of every run. Laws 1, 2, 3, 5 and 8 are checked after each event on the rows it
touched, against running totals ([laws.ts](../../src/engine/laws.ts)); \`verify\` checks them in full
([rebuild.ts](../../src/engine/rebuild.ts)). Laws 4, 6 and 7 are properties of runs and are shown by tests.

A broken law of one pool is undone, recorded, and halts that pool alone. A broken law of the whole venue stops the
engine: nobody decides on a state that broke one.

${sections.join('\n')}
${REWRITE}
`;
}

/** Every sentence of the core that begins with the number of a law, as it stands in the code. */
export function lawSentences(): string[] {
  const files = ['engine', 'ledger', 'isolation'].flatMap((layer) =>
    listFiles(`src/${layer}`).filter((path) => path.endsWith('.ts') && !isTest(path)),
  );
  const texts = files.flatMap((path) =>
    nodesOf(parse(path)).flatMap((node) => {
      if (ts.isStringLiteral(node)) return [node.text];
      return ts.isTemplateExpression(node) ? [templateText(node)] : [];
    }),
  );
  return texts.filter((text) => /^law \d:/.test(text));
}

/** A template as people read it: what is filled in becomes three dots. */
function templateText(template: ts.TemplateExpression): string {
  return template.templateSpans.reduce((text, span) => `${text}...${span.literal.text}`, template.head.text);
}

/** What each event says. The type makes sure that none is left out. */
const EVENT_MEANINGS: Record<EventKind, string> = {
  assetListed: 'an asset, with the scale this ledger counts it in',
  poolOpened: 'a risk pool',
  instrumentListed: 'an instrument, with its whole definition',
  clientOpened: 'a client',
  walletOpened: 'the accounts of a client in an asset, before it first has some',
  depositAnnounced: 'money seen arriving for a client, not final yet',
  depositFinalized: 'the deposit is in the wallet',
  depositReturned: 'the deposit did not become final and went back',
  withdrawalRequested: 'money of a wallet set aside to be sent',
  withdrawalSent: 'it was sent; no money moves on the books',
  withdrawalSettled: 'it has arrived outside',
  withdrawalReturned: 'it came back to the wallet',
  accountOpened: 'a margin account of a client: isolated on one instrument, or cross or portfolio in a pool',
  allocated:
    'money of the wallet backs a margin account; `isRecovered` when it ended a liquidation that had begun',
  released: 'margin back to the wallet',
  leverageSet: 'another leverage; no money moves',
  accountClosed: 'a flat account is swept to the wallet and closed for good',
  filled: 'a trade between two sides, with everything it settled on both',
  marked:
    'a batch of marks and prices of collateral, what the guard said to each, and the accounts they woke',
  fundingApplied: 'the funding index of an instrument after an interval, and the accounts it woke',
  expired: 'a future or option stops trading; its settlement mark',
  capitalInjected: "the venue's own money came in",
  fundToppedUp: "capital went into a pool's insurance fund",
  fundDrawnDown: "capital came out of a sound pool's insurance fund",
  feesMovedToCapital: 'earned fees became capital',
  resumed: 'a pool got another budget for its work',
  recovered: 'a queued account is above maintenance margin again, or flat',
  takenOver: "everything of an isolated account is the liquidation account's; with the numbers that decided",
  accountTakenOver:
    'the same of an account with several positions or assets: one takeover for each position, with its part of the collateral',
  unwound: 'lots of takeovers closed against each other, or against the outside, at the mark',
  covered: 'the insurance fund paid part or all of a deficit',
  deleveraged: 'lots of a takeover closed against winners, or torn up at the mark',
  shared: 'accounts that gained paid part or all of a deficit',
  waterfallSet: "who bears a pool's losses in an asset from now on, with the checked policy",
  lossRecovered: 'what came back of a loss, that of a takeover or of one deficit, and to whom it went',
  capitalReserved: "how much venue capital is kept for a pool's top-ups from now on",
  collateralScheduled: 'how much of an asset is to count as collateral, and from when',
  collateralCancelled: 'that was taken back before its time',
  collateralApplied: 'its time has come: for opening, or for liquidation too',
  fundCoolDownSet: "how long a pool's insurance fund rests before each draw-down",
  lossWrittenOff: 'nothing of a loss comes back any more: who is still out of what is forgotten',
  shareExhausted: 'nobody has a gain left to share: the deficit waits for a mark or a top-up',
  expirySettled: 'positions of an expired instrument closed in pairs at its settlement mark',
  instrumentSettled: 'the last position of an expired instrument is closed',
  soundnessAssessed: 'a pool became sound, or ceased to be',
  poolQuarantined: 'a pool is halted after a broken law of its own',
  outsidePaid: "the outside was paid what it has gained, as far as the pool's cash reaches",
  accountAssetOpened: 'a margin account may hold an asset from now on',
  positionOpened: 'a position of a cross or portfolio account, flat, before its first trade',
  collateralListed: 'an asset that counts as collateral in a pool, and how',
  facilityFunded: "capital went into the facility that converts a pool's collateral",
  facilityDrained: 'capital came back out of it',
  modeSwitched: 'another margin mode of an account; no money moves',
  positionMoved:
    'a position, with collateral, went to another account of its client: at no price, realizing nothing',
  parametersScheduled: 'new parameters of an instrument, and when they come into force',
  parametersCancelled: 'they were taken back before their time',
  parametersApplied: 'their time has come: for opening, or for liquidation too',
  autoMarginSet: 'how much the wallet may add to an account that would be liquidated, and until when',
  autoMarginAdded: 'the wallet topped the account up: it is out of danger',
  lendingOpened: 'a lending pool for an asset, its rates and limits',
  supplied: 'a client lent to a pool',
  supplyWithdrawn: 'a lender took back',
  borrowed: 'an account borrowed',
  repaid: 'a debt was paid back, in part or in full',
  interestAccrued: 'every debt in an asset has grown with its index',
  lenderLossBorne: 'lenders of an asset bore part or all of a deficit that came from a debt',
  debtLiquidated: 'the debts of an account without positions were paid out of its collateral',
  autoBorrowSet: 'whether what a spot trade of an account lacks is borrowed with it',
  scenariosDefined: 'the scenarios portfolio accounts of a pool are margined on',
  scenariosSent: 'what the scenarios do to instruments and assets, and the accounts they woke',
  reduceOnlySet: 'positions in an instrument may be reduced only, or be opened again',
  feeTierSet: 'another fee tier of a client',
  orderAccepted: 'an order was let in: from here on its fills are facts',
  orderAmended: 'another price and size of an order',
  orderCancelled: 'an order was taken back',
  liquidationSet: 'how a pool liquidates from now on',
  reductionOrdered:
    'the pool sends an order to reduce an account in liquidation; its own orders are cancelled',
  noticeGiven: 'a client is told that its account has come to a level of danger, or is out of it',
  unwindingOrdered: 'the pool sends an order to unwind lots of a takeover',
  fundConverted: 'other assets of the fund went to the facility for what the fund has claims in',
  halted: 'nobody is closed out in an instrument, or a pool, until a time',
  haltLifted: 'a halt ended before its time',
  breakerSet: 'the circuit breaker of an instrument, or none',
  poolAssetOpened: 'a pool has accounts in an asset',
  instrumentMoved:
    'an instrument is in another pool, with its isolated accounts, what is owed to them, and a share of the insurance fund',
  poolStatusSet:
    'a pool takes nothing new, or is closed with nothing left in it, or is open again; what is over goes to the venue',
  correctionProposed: 'an operator proposed a correction: what it names, and until when it may be approved',
  correctionApproved: 'another operator approved it; what it does follows in the same record',
  proposalWithdrawn: 'a proposal was taken back, or turned down',
  tradeBusted:
    'an erroneous fill was traded back between its holders at its own price, or who was hurt by it got the difference',
  liquidationReversed:
    "what was taken over at a wrong mark is its account's again as far as it is there, and the rest was made good",
  isolationLevelSet:
    'the isolation level of an instrument is to change, with the numbers that decided; the level in force, said again, takes back what was announced',
  isolationLevelApplied:
    'an announced isolation level came into force, or the grace of the one in force is over; orders that might open against it are cancelled',
  carveConsentSet: 'the client lets positions be carved out of the account at that leverage, or no more',
  holdersGrandfathered:
    'positions that stay in shared accounts though the level keeps the instrument apart, each with its reason',
  assetSourcesSet:
    'the price of collateral is made of these sources from now on, by these rules; none: it comes finished',
  indexSourcesSet: 'the same of the index of an instrument',
  quoted:
    'what sources said, and the prices made of it: which of them counted, at what and with which share, and why the others did not',
  clawedBack:
    'accounts of the client or group gave back, out of their gains, what they gained by fills with an account that left a deficit',
  groupSet: 'the group of clients with which a client is one for limits, or none',
};

export function eventsPage(): string {
  const fields = eventFields();
  const rows = Object.entries(EVENT_MEANINGS).map(([kind, meaning]) => [
    `\`${kind}\``,
    meaning,
    (fields.get(kind) ?? []).map((field) => `\`${field}\``).join(' '),
    linksTo(makersOf(kind)),
  ]);
  return `# Events

An event is a fact that stands on its own: the money it moved (\`transfers\`, each with its [flow](flows.md)), the
positions as they are afterwards (\`positions\`), and what else it changed. \`evolve\` applies it and adds nothing, so the
journal can be replayed without deciding anything again
([decision 1](../decisions/0001-one-event-one-fact.md)). Amounts are minor units, sizes lots, prices ticks; rows are
numbers of this engine's tables. The order is that of the tags in the journal.

${table(['event', 'says', 'fields', 'made by'], rows)}
The definitions, with units and encoding, are in [event.ts](../../src/engine/event.ts). ${REWRITE}
`;
}

/** Kinds of events to the names of their fields, in the order of the encoding. */
export function eventFields(): Map<string, string[]> {
  const file = parse('src/engine/event.ts');
  const definition = nodesOf(file).find(
    (node): node is ts.VariableDeclaration =>
      ts.isVariableDeclaration(node) && node.name.getText() === 'EVENTS',
  );
  const events = nodesOf(definition as ts.Node).find(ts.isObjectLiteralExpression);
  const kinds: readonly ts.ObjectLiteralElementLike[] = events?.properties ?? [];
  return new Map(
    kinds.filter(ts.isPropertyAssignment).map((property) => {
      const record = nodesOf(property.initializer).find(ts.isObjectLiteralExpression);
      return [
        property.name.getText(),
        (record?.properties ?? []).map((field) => field.name?.getText() ?? ''),
      ];
    }),
  );
}

/** Files of the engine in which an event of that kind is made. */
export function makersOf(kind: string): string[] {
  return engineFiles().filter((path) =>
    nodesOf(parse(path)).some(
      (node) =>
        ts.isPropertyAssignment(node) &&
        node.name.getText() === 'kind' &&
        ts.isStringLiteral(node.initializer) &&
        node.initializer.text === kind,
    ),
  );
}

function engineFiles(): string[] {
  return listFiles('src/engine').filter((path) => path.endsWith('.ts') && !isTest(path));
}

function linksTo(paths: readonly string[]): string {
  return paths.map((path) => `[${path.split('/').at(-1)?.replace('.ts', '')}](../../${path})`).join(', ');
}

/** The reference page of the venue profiles, from their data. `reference.test.ts` compares and rewrites it. */
import type { Conventions, VenueProfile } from '../src/contract/profiles/profile.js';
import { VENUE_PROFILES } from '../src/contract/profiles/venueProfiles.js';
import { table } from './markdown.js';

export function profilesPage(rewrite: string): string {
  const profiles = Object.values(VENUE_PROFILES);
  return `# Venue profiles

A profile is the conventions of one venue as data: the fields of a calculator's document that a user may leave out.
\`bulkhead calc --profile NAME\`, or the document's own field \`profile\`, fills them; a field that is there stays, and the
answer says what was filled. A profile holds no tiers, prices or sizes. In code it is \`VENUE_PROFILES\`
([profiles](../../src/contract/profiles)).

${table(['profile', 'venue', 'rule of', 'liquidation price of a long'], profiles.map(profileRow))}
\`E\` entry price, \`q\` base held, \`A\` contracts in quote, \`C\` margin of the position, \`r\` maintenance rate, \`a\` its amount,
\`t\` taker rate, \`L\` leverage. Each page has the formula in full, numbers of the venue, and where they differ.

## Conventions

${table(CONVENTION_HEAD, profiles.flatMap(conventionRows))}
The words are those of the document's schema (\`bulkhead calc --schema\`). An empty cell is left to the document.

## Options

Shares of the underlying's price that a short option requires. A profile that is not here says nothing of options: their rates
are given in the document, or it is refused.

${table(
  ['profile', 'initial, less what it is out of the money', 'at least', 'maintenance'],
  profiles.flatMap(({ name, option }) =>
    option === undefined
      ? []
      : [
          [
            linkTo(name),
            option.optionInitialRate,
            option.optionInitialFloorRate,
            option.optionMaintenanceRate,
          ],
        ],
  ),
)}
## Fully covered

A position that cannot lose more than stands behind it is never liquidated, and the calculator shows \`null\` for it
whatever the basis (FND-07). Venues show:

${table(
  ['profile', 'shown'],
  profiles.map(({ name, fullyCovered }) => [linkTo(name), fullyCovered]),
)}
${rewrite}
`;
}

function profileRow({ name, venue, ruleDate, formula }: VenueProfile): string[] {
  return [linkTo(name), venue, ruleDate, `\`${formula}\``];
}

const CONVENTION_HEAD = [
  'profile',
  'payoff',
  'maintenance on',
  'initial on',
  'closing fee',
  'taker rate',
  'tiers',
  'maintenance rate',
  'price shown',
  'profit removable',
  'removal floor',
];

function conventionRows(profile: VenueProfile): string[][] {
  return (['linear', 'inverse'] as const).flatMap((payoff) => {
    const conventions = profile[payoff];
    return conventions === undefined ? [] : [[linkTo(profile.name), payoff, ...conventionCells(conventions)]];
  });
}

function conventionCells(conventions: Conventions): string[] {
  const { tierMethod, tierBasis } = conventions;
  return [
    conventions.maintenanceBasis,
    conventions.initialBasis,
    conventions.closeFee,
    conventions.takerFeeRate ?? '',
    tierBasis === undefined ? tierMethod : `${tierMethod}, by ${tierBasis}`,
    conventions.maintenanceRate ?? 'given',
    conventions.priceRounding,
    conventions.unrealizedProfitShare ?? '',
    conventions.removalFloorRate ?? '',
  ];
}

function linkTo(name: string): string {
  return `[${name}](../profiles/${name}.md)`;
}

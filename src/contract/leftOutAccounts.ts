/** Accounts of a running engine that a book of positions cannot say: debts, options, legs kept apart. */
import Type from 'typebox';

export const LeftOutAccounts = Type.Array(
  Type.Object(
    {
      account: Type.String({ description: 'The account.', unit: 'word', examples: ['ada-options'] }),
      rule: Type.String({ description: 'Why.', unit: 'word', examples: ['it owes: a book has no debts'] }),
    },
    { additionalProperties: false },
  ),
  {
    description:
      'Accounts of the journal that are not looked at. Their other sides stay, against the rest of the market.',
  },
);

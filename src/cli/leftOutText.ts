/** Accounts a report does not look at: how many, and the first few with the reason. */
const NAMED_MAX = 3;

export function leftOutLines(
  leftOut: readonly { readonly account: string; readonly rule: string }[],
): readonly (readonly [string, string])[] {
  if (leftOut.length === 0) return [];
  const named = leftOut.slice(0, NAMED_MAX).map(({ account, rule }) => `${account} (${rule})`);
  const others = leftOut.length > NAMED_MAX ? ` and ${leftOut.length - NAMED_MAX} more` : '';
  return [['left out', `${named.join('; ')}${others}`]];
}

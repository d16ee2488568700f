/** Money has one door. The compiler cannot see that nobody opened a second one; this can. */

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { isTest, listFiles, nodesOf, parse } from './repository.js';

const sources = listFiles('src').filter((path) => path.endsWith('.ts') && !isTest(path));

describe('the ring fence', () => {
  it('is the only one that claims the right to post (LED-01)', () => {
    expect(
      filesThatCall('claimPost'),
      'movements of money go through the ring fence: add a flow to src/isolation/flows.ts instead',
    ).toEqual(['src/isolation/ringFence.ts']);
  });

  it('is made once, with the state, and passed only by what applies events (LED-01)', () => {
    expect(filesThatCall('ringFence'), 'the ring fence belongs to the state').toEqual([
      'src/engine/state.ts',
    ]);
    expect(filesThatCall('fence'), 'only evolve changes anything: put the transfer into the event').toEqual([
      'src/engine/evolve.ts',
    ]);
  });
});

/** Files in which a function of that name is called, or its method taken without a call. */
function filesThatCall(name: string): string[] {
  return sources.filter((path) => nodesOf(parse(path)).some((node) => isUse(node, name)));
}

function isUse(node: ts.Node, name: string): boolean {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    const member = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
    return (ts.isIdentifier(member) || ts.isStringLiteral(member)) && member.text === name;
  }
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name;
}

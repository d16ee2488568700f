/**
 * Groups of nodes that all reach one another along positive values of a matrix; every node is in one group.
 * R. Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1 (1972), without recursion.
 */
export function stronglyConnected(matrix: readonly (readonly number[])[]): number[][] {
  const next = matrix.map((row) => row.flatMap((value, j) => (value > 0 ? [j] : [])));
  const order: number[] = matrix.map(() => -1);
  const low: number[] = matrix.map(() => 0);
  const isOpen: boolean[] = matrix.map(() => false);
  const open: number[] = [];
  const groups: number[][] = [];
  let seen = 0;

  const enter = (node: number): { node: number; at: number } => {
    order[node] = seen;
    low[node] = seen;
    seen += 1;
    open.push(node);
    isOpen[node] = true;
    return { node, at: 0 };
  };
  const close = (node: number): void => {
    if (low[node] !== order[node]) return;
    const group: number[] = [];
    for (let member = -1; member !== node; ) {
      member = open.pop() as number;
      isOpen[member] = false;
      group.push(member);
    }
    groups.push(group.sort((a, b) => a - b));
  };

  for (const start of matrix.keys()) {
    if (order[start] !== -1) continue;
    const path = [enter(start)];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { node } = step;
      const to = next[node]?.[step.at];
      step.at += 1;
      if (to === undefined) {
        path.pop();
        close(node);
        const above = path.at(-1);
        if (above !== undefined) low[above.node] = Math.min(low[above.node] as number, low[node] as number);
      } else if (order[to] === -1) {
        path.push(enter(to));
      } else if (isOpen[to]) {
        low[node] = Math.min(low[node] as number, order[to] as number);
      }
    }
  }
  return groups;
}

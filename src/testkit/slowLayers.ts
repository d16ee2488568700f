/**
 * A waterfall unit by unit: each unit of a loss goes to the first layer that still may pay. It judges how much
 * each layer pays and shares no code with it.
 */
export interface SlowLayer {
  readonly name: string;
  readonly holds: readonly bigint[];
  readonly sizePpm: bigint;
  readonly caps: readonly bigint[];
  readonly isTriggered: (leftMinor: bigint) => boolean;
}

export function slowLayers(loss: bigint, layers: readonly SlowLayer[]): Map<string, bigint> {
  const paid = new Map(layers.map(({ name }) => [name, 0n]));
  let left = loss;
  for (const { name, holds, sizePpm, caps, isTriggered } of layers) {
    if (!isTriggered(left)) continue;
    const all = holds.filter((held) => held > 0n).reduce((sum, held) => sum + held, 0n);
    for (let pays = 1n; left > 0n; pays++) {
      const isWithin = pays * 1_000_000n <= all * sizePpm && caps.every((cap) => pays <= cap);
      if (!isWithin) break;
      paid.set(name, pays);
      left -= 1n;
    }
  }
  return paid;
}

/**
 * Which command ids have been used, and for what: the same id with the same body gets the first answer, with
 * another body it is a conflict. It stands beside the state, outside its hash, and is rebuilt from the
 * journal. Ids are remembered for at least `window` commands, in two generations of that size.
 */
import { mixBytes } from '../base/index.js';

export const REGISTER_WINDOW = 1_000_000;

export interface RegisteredCommand {
  readonly sequence: number;
  readonly digest: number;
}

export interface CommandRegister {
  find(commandId: string): RegisteredCommand | undefined;
  add(commandId: string, entry: RegisteredCommand): void;
  /** All that is remembered, the oldest first. */
  entries(): Iterable<[string, RegisteredCommand]>;
}

export function createCommandRegister(window = REGISTER_WINDOW): CommandRegister {
  let young = new Map<string, RegisteredCommand>();
  let old = new Map<string, RegisteredCommand>();
  return {
    find: (commandId) => young.get(commandId) ?? old.get(commandId),
    add(commandId, entry) {
      if (young.size >= window) {
        old = young;
        young = new Map();
      }
      young.set(commandId, entry);
    },
    *entries() {
      yield* old;
      yield* young;
    },
  };
}

/** Digest of a command's canonical bytes: 53 bits, as many as a number holds. It need only tell two bodies of one id apart. */
export function commandDigest(bytes: Uint8Array): number {
  const hash = mixBytes(bytes);
  return (hash[0] as number) * 2 ** 21 + ((hash[1] as number) >>> 11);
}

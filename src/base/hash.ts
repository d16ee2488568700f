/**
 * The 128-bit mix that finds divergence between two states. It is not cryptographic: tampering is found by
 * the journal's SHA-256 chain. 32-bit arithmetic only, so every engine computes the same words.
 */

/** Four unsigned 32-bit words. */
export type Hash128 = Uint32Array;

export function emptyHash(): Hash128 {
  return new Uint32Array(4);
}

const ROTATIONS = [13, 17, 5, 23] as const;
const FACTORS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/** Mixes `length` words of `words` into `out[at..at+3]`. */
export function mixWords(words: Uint32Array, length: number, out: Uint32Array, at = 0): void {
  let a = 0x243f6a88 ^ length;
  let b = 0x85a308d3;
  let c = 0x13198a2e;
  let d = 0x03707344;
  for (let i = 0; i < length; i++) {
    const word = words[i] as number;
    a = Math.imul(rotate(a ^ word, ROTATIONS[0]) + d, FACTORS[0]);
    b = Math.imul(rotate(b + word, ROTATIONS[1]) ^ a, FACTORS[1]);
    c = Math.imul(rotate(c ^ b, ROTATIONS[2]) + word, FACTORS[2]);
    d = Math.imul(rotate(d + c, ROTATIONS[3]) ^ a, FACTORS[3]);
  }
  out[at] = finish(a ^ c);
  out[at + 1] = finish(b + d);
  out[at + 2] = finish(c + Math.imul(a, FACTORS[1]));
  out[at + 3] = finish(d ^ Math.imul(b, FACTORS[2]));
}

/** Mixes bytes, padded with zeros to whole words; the length in bytes is part of the hash. */
export function mixBytes(bytes: Uint8Array): Hash128 {
  const count = (bytes.length >> 2) + 2;
  if (scratch.length < count) scratch = new Uint32Array(count * 2);
  scratch[0] = bytes.length;
  const whole = bytes.length >> 2;
  for (let word = 0, at = 0; word < whole; word++, at += 4) {
    scratch[word + 1] =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
  }
  let rest = 0;
  for (let at = whole * 4; at < bytes.length; at++) rest |= (bytes[at] as number) << ((at & 3) * 8);
  scratch[whole + 1] = rest;
  const out = emptyHash();
  mixWords(scratch, count, out);
  return out;
}

let scratch = new Uint32Array(256);

/** One identity out of several: of an owner, of what is owned, and of ordinal numbers. */
export function mixIdentity(...parts: readonly (Uint32Array | number)[]): Hash128 {
  const words = Uint32Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
  const out = emptyHash();
  mixWords(words, words.length, out);
  return out;
}

/** The identity of a name of plain characters. */
export function mixName(name: string): Hash128 {
  return mixBytes(Uint8Array.from(name, (character) => character.charCodeAt(0) & 0xff));
}

/** Adds `term` to `sum`, word by word: the order of addition does not matter. */
export function addHash(sum: Hash128, term: Uint32Array, at = 0): void {
  for (let i = 0; i < 4; i++) sum[i] = (sum[i] as number) + (term[at + i] as number);
}

/** Takes `term` out of `sum`. */
export function subtractHash(sum: Hash128, term: Uint32Array, at = 0): void {
  for (let i = 0; i < 4; i++) sum[i] = (sum[i] as number) - (term[at + i] as number);
}

/** 32 hexadecimal digits. */
export function hashText(hash: Uint32Array): string {
  return Array.from(hash.subarray(0, 4), (word) => word.toString(16).padStart(8, '0')).join('');
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Spreads the last words over all bits. */
function finish(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/**
 * The inner loop of `bookShortfall` in WebAssembly: lays the book out in linear memory and calls the module that is made of
 * wasm/shortfall.ts. Null where the host has no WebAssembly, or none with 128-bit vectors.
 */
import type { Kernel } from './kernel.js';
import { plainKernel } from './plainKernel.js';
import { SHORTFALL_MODULE } from './shortfallModule.js';

/** What is used here of the host's WebAssembly. */
declare const WebAssembly:
  | {
      readonly validate: (bytes: Uint8Array) => boolean;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: object };
    }
  | undefined;
declare function atob(text: string): string;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly measureAccounts: (...numbers: number[]) => void;
}

const PAGE_BYTES = 65_536;
/** Scenarios done at a time: rows are padded to whole ones. */
const BLOCK = 8;
/** Addresses have 32 bits; beyond this the plain kernel is asked. */
const BYTES_MAX = 0x7fff_0000;

let compiled: object | null | undefined;

export function wasmKernel(): Kernel | null {
  compiled ??= compile();
  return compiled === null ? null : kernelOf(compiled);
}

function compile(): object | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = Uint8Array.from(atob(SHORTFALL_MODULE), (letter) => letter.charCodeAt(0));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}

function kernelOf(module: object): Kernel {
  return (book, tail) => {
    const { scenarios, pnl, starts, instruments, quantities } = book;
    const accounts = starts.length - 1;
    const stride = Math.ceil(scenarios / BLOCK) * BLOCK * 8;
    const { memory, measureAccounts } = new (WebAssembly as NonNullable<typeof WebAssembly>).Instance(module)
      .exports as Exports;
    const place = placesAfter(memory.buffer.byteLength);
    const at = {
      pnl: place(pnl.length * stride),
      losses: place(stride),
      heap: place(tail.count * 8),
      quantities: place(quantities.byteLength),
      valueAtRisk: place(accounts * 8),
      expectedShortfall: place(accounts * 8),
      starts: place(starts.byteLength),
      instruments: place(instruments.byteLength),
    };
    const end = place(0);
    if (end > BYTES_MAX) return plainKernel(book, tail);
    memory.grow(Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES));
    const { buffer } = memory;
    for (const [row, moves] of pnl.entries())
      new Float64Array(buffer, at.pnl + row * stride, scenarios).set(moves);
    new Float64Array(buffer, at.quantities, quantities.length).set(quantities);
    new Uint32Array(buffer, at.starts, starts.length).set(starts);
    new Uint32Array(buffer, at.instruments, instruments.length).set(instruments);
    measureAccounts(
      scenarios,
      accounts,
      at.pnl,
      stride,
      at.starts,
      at.instruments,
      at.quantities,
      at.losses,
      at.heap,
      tail.count,
      tail.mass,
      tail.lastPart,
      at.valueAtRisk,
      at.expectedShortfall,
    );
    return {
      valueAtRisk: new Float64Array(buffer, at.valueAtRisk, accounts).slice(),
      expectedShortfall: new Float64Array(buffer, at.expectedShortfall, accounts).slice(),
    };
  };
}

/** Hands out addresses one after the other, each a multiple of 64. */
function placesAfter(start: number): (bytes: number) => number {
  let next = start;
  return (bytes) => {
    const place = Math.ceil(next / 64) * 64;
    next = place + bytes;
    return place;
  };
}

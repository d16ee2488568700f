/** Reads a segment by sectors, some way ahead. */
import type { ReadFile } from './files.js';
import { SECTOR_BYTES } from './sector.js';

export class SectorReader {
  readonly #file: ReadFile;
  readonly #aheadSectors: number;
  #window: Buffer = Buffer.alloc(0);
  #first = 0;

  constructor(file: ReadFile, { aheadSectors }: { readonly aheadSectors: number }) {
    this.#file = file;
    this.#aheadSectors = aheadSectors;
  }

  /** A view that the next call may overwrite. Throws where the file is too short. */
  sectors(first: number, count: number): Buffer {
    const windowEnd = this.#first + this.#window.length / SECTOR_BYTES;
    if (first < this.#first || first + count > windowEnd) this.#load(first, count);
    const at = (first - this.#first) * SECTOR_BYTES;
    return this.#window.subarray(at, at + count * SECTOR_BYTES);
  }

  #load(first: number, count: number): void {
    const wanted = Buffer.allocUnsafe(Math.max(count, this.#aheadSectors) * SECTOR_BYTES);
    const there = readFully(this.#file, wanted, first * SECTOR_BYTES);
    if (there < count * SECTOR_BYTES) throw new Error('the file is shorter than its header says');
    this.#window = wanted.subarray(0, there - (there % SECTOR_BYTES));
    this.#first = first;
  }
}

/** Fills `into` as far as the file reaches. */
export function readFully(file: ReadFile, into: Buffer, position: number): number {
  let done = 0;
  while (done < into.length) {
    const got = file.read(into.subarray(done), position + done);
    if (got <= 0) break;
    done += got;
  }
  return done;
}

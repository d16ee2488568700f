/** Where to begin to look for a sequence: some of the frames, at least one in every 64 KiB of a segment. */
export interface FramePlace {
  readonly firstSequence: number;
  readonly segment: number;
  readonly sector: number;
}

const EVERY_SECTORS = 128;

export class FrameIndex {
  readonly #places: FramePlace[] = [];

  /** Frames come in order; most are not kept. */
  add(place: FramePlace): void {
    const last = this.#places.at(-1);
    const near = last?.segment === place.segment && place.sector - last.sector < EVERY_SECTORS;
    if (!near) this.#places.push(place);
  }

  /** Forgets what is in segments before this one. */
  dropBefore(segment: number): void {
    const kept = this.#places.findIndex((place) => place.segment >= segment);
    this.#places.splice(0, kept < 0 ? this.#places.length : kept);
  }

  /** The nearest kept frame that does not begin after the sequence. */
  find(sequence: number): FramePlace | null {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as FramePlace).firstSequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return this.#places[low - 1] ?? null;
  }
}

/** One line on standard error that says how far long work has come; silent unless a person is watching. */
import type { Io } from './io.js';

export interface Progress {
  /** Shows `done` of `total` with a word about where the work is; at most some times a second. */
  readonly show: (done: number, total: number, where: string) => void;
  /** Clears the line. */
  readonly end: () => void;
}

const EVERY_MS = 100;
const CLEAR = '\r\u{1b}[K';

export function progress(io: Io, label: string, nowMs: () => number = Date.now): Progress {
  let shownMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    show(done, total, where) {
      if (!io.isErrTerminal || nowMs() - shownMs < EVERY_MS) return;
      shownMs = nowMs();
      isShown = true;
      const percent = total === 0 ? 100 : Math.floor((done * 100) / total);
      io.err(`${CLEAR}${label} ${String(percent).padStart(3)}%  ${where}`);
    },
    end() {
      if (isShown) io.err(CLEAR);
      isShown = false;
    },
  };
}

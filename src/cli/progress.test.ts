import { describe, expect, it } from 'vitest';
import type { Io } from './io.js';
import { progress } from './progress.js';

function watcher(isErrTerminal: boolean) {
  const written: string[] = [];
  const io = { isErrTerminal, err: (text: string) => written.push(text) } as unknown as Io;
  return { io, written };
}

describe('progress', () => {
  it('is silent unless a person is watching', () => {
    const { io, written } = watcher(false);
    const shown = progress(io, 'playing');
    shown.show(1, 2, 'here');
    shown.end();
    expect(written).toEqual([]);
  });

  it('shows how far it has come at most ten times a second, and clears its line', () => {
    const { io, written } = watcher(true);
    let nowMs = 0;
    const shown = progress(io, 'playing', () => nowMs);
    for (const at of [0, 50, 99, 100]) {
      nowMs = at;
      shown.show(at, 200, `day ${at}`);
    }
    shown.end();
    expect(written).toEqual([
      '\r\u{1b}[Kplaying   0%  day 0',
      '\r\u{1b}[Kplaying  50%  day 100',
      '\r\u{1b}[K',
    ]);
  });
});

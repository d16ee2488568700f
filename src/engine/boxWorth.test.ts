import { describe, expect, it } from 'vitest';
import { createBoxWorth } from './boxWorth.js';

const counts = (all: number, ofInputs = all) => ({ all, ofInputs });

describe('the worth of an account’s boxes', () => {
  it('makes the account hot where one was left before it paid, for twice as many looks each time', () => {
    const worth = createBoxWorth();
    const looks: number[] = [];
    for (let box = 0; box < 8; box++) {
      worth.made(7, { width: 3, counts: counts(10 * box) });
      worth.left(7, counts(10 * box + 2));
      let taken = 0;
      for (; worth.isHot(7); taken++) worth.looked(7);
      looks.push(taken);
    }
    expect(looks).toEqual([2, 4, 8, 16, 32, 64, 64, 64]);
  });

  it('lets the next box be made at once where one has paid, and forgets the looks before', () => {
    const worth = createBoxWorth();
    const leave = (after: number) => {
      worth.made(7, { width: 3, counts: counts(0) });
      worth.left(7, counts(after));
    };
    leave(1);
    worth.looked(7);
    worth.looked(7);
    leave(100);
    expect(worth.isHot(7)).toBe(false);
    leave(1);
    worth.looked(7);
    expect(worth.isHot(7)).toBe(true);
    worth.looked(7);
    expect(worth.isHot(7)).toBe(false);
  });

  it('counts many inputs that change at once as one look', () => {
    const worth = createBoxWorth();
    worth.made(7, { width: 3, counts: counts(0, 0) });
    worth.left(7, counts(2, 400));
    expect(worth.isHot(7)).toBe(true);
    worth.made(8, { width: 3, counts: counts(0, 0) });
    worth.left(8, counts(400, 2));
    expect(worth.isHot(8)).toBe(true);
  });

  it('begins the search for a box at the width of the last, and anew for who is forgotten', () => {
    const worth = createBoxWorth();
    const first = worth.widthOf(7);
    worth.made(7, { width: 11, counts: counts(0) });
    expect(worth.widthOf(7)).toBe(11);
    worth.none(7);
    expect([worth.widthOf(7), worth.isHot(7)]).toEqual([11, true]);
    worth.forget(7);
    expect([worth.widthOf(7), worth.isHot(7)]).toEqual([first, false]);
  });
});

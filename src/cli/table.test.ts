import { describe, expect, it } from 'vitest';
import { grouped, pairs, table } from './table.js';

describe('table', () => {
  it('aligns words left and numbers right, without blanks at the end of a line', () => {
    const text = table(
      [{ title: 'account' }, { title: 'loss', align: 'right' }, { title: 'note' }],
      [
        ['alice/1', '1,234.5', 'paid'],
        ['bob/12', '7', ''],
      ],
    );
    expect(text).toBe(
      [
        'account     loss  note',
        '-------  -------  ----',
        'alice/1  1,234.5  paid',
        'bob/12         7',
        '',
      ].join('\n'),
    );
  });

  it('shows its head when there is no row', () => {
    expect(table([{ title: 'a' }, { title: 'bc', align: 'right' }], [], 2)).toBe('  a  bc\n  -  --\n');
  });

  it('lets no cell start a line or move the cursor, and counts what a reader sees', () => {
    const text = table([{ title: 'x' }, { title: 'y' }], [['a\n\u{1b}[2J', 'b']]);
    expect(text.split('\n')[2]).toBe('a\u{fffd}\u{fffd}[2J  b');
    expect(table([{ title: 'x' }, { title: 'y' }], [['e\u{301}👩‍🚀', 'b']]).split('\n')[2]).toBe(
      'e\u{301}👩‍🚀  b',
    );
  });
});

describe('pairs and grouped', () => {
  it('lines up values', () => {
    expect(
      pairs(
        [
          ['a', '1'],
          ['long', '2'],
        ],
        1,
      ),
    ).toBe(' a     1\n long  2\n');
    expect(pairs([])).toBe('');
  });

  it.each([
    ['1234567.891011', '1,234,567.891011'],
    ['-1234', '-1,234'],
    ['-123', '-123'],
    ['999', '999'],
    ['0', '0'],
  ])('groups the digits of %s', (decimal, text) => {
    expect(grouped(decimal)).toBe(text);
  });
});

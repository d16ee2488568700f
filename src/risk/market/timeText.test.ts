import { describe, expect, it } from 'vitest';
import { parseTime } from './timeText.js';

describe('parseTime', () => {
  it.each([
    ['2020-03-12', '2020-03-12T00:00:00.000Z'],
    ['2020-02-29', '2020-02-29T00:00:00.000Z'],
    ['2020-03-12T10:30', '2020-03-12T10:30:00.000Z'],
    ['2020-03-12 10:30:15', '2020-03-12T10:30:15.000Z'],
    ['2020-03-12T10:30:15.25Z', '2020-03-12T10:30:15.250Z'],
    ['2020-03-12T10:30:00+02:00', '2020-03-12T08:30:00.000Z'],
    ['2020-03-12T23:30:00-05:30', '2020-03-13T05:00:00.000Z'],
    ['1584009000000', '2020-03-12T10:30:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(parseTime(text)).toEqual({ ok: true, value: Date.parse(iso) });
  });

  it.each([
    ['2021-02-29', 'no such day'],
    ['2020-13-01', 'no such day'],
    ['2020-03-12T24:30', 'no such day'],
    ['2020-03-12T10:30+15:00', 'no such offset'],
    ['1584009000', 'looks like seconds, milliseconds are needed: 1584009000000'],
    ['1584009000000000', 'finer than milliseconds'],
    ['12.03.2020', 'not an ISO date'],
    ['', 'not an ISO date'],
  ])('refuses %j', (text, sentence) => {
    const parsed = parseTime(text);
    expect(!parsed.ok && parsed.error).toContain(sentence);
  });
});

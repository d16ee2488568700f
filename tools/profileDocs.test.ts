/** Each venue profile has a page that says what its data says. */
import { describe, expect, it } from 'vitest';
import { VENUE_PROFILES } from '../src/contract/profiles/venueProfiles.js';
import { listFiles, readText } from './repository.js';

describe('the pages of venue profiles', () => {
  for (const { name, ruleDate, sources } of Object.values(VENUE_PROFILES)) {
    it(`${name} has its formula, its date, its sources and what differs`, () => {
      const page = readText(`docs/profiles/${name}.md`);
      expect(page).toContain(`Profile \`${name}\``);
      expect(page).toContain(`Rule of ${ruleDate}`);
      for (const source of sources) expect(page).toContain(source);
      for (const heading of ['## Formula', '## Worked number', '## Differences', '## Sources']) {
        expect(page).toContain(heading);
      }
    });
  }

  it('are no more than there are profiles', () => {
    const pages = listFiles('docs/profiles').map((path) => path.split('/').at(-1)?.replace('.md', ''));
    expect(pages.sort()).toEqual(Object.keys(VENUE_PROFILES).sort());
  });
});

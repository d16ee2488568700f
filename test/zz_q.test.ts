import { it } from 'vitest';
import { playHistory } from '../src/testkit/histories.js';
import { show } from '../src/testkit/world.js';
it('q', () => {
  let shown = 0;
  for (let i = 0; i < 60 && shown < 6; i++) {
    try {
      playHistory(`s${i}`, { commands: 300, observe: (e, s, { record, work }) => {
        for (const each of [record, ...work]) if (each.command.kind === 'quarantine') { shown++; console.log(i, s.command.kind, each.command.law, show(record).slice(0, 900)); throw new Error('q'); }
      } });
    } catch {}
  }
}, 3_000_000);

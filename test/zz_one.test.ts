import { it } from 'vitest';
import { playHistory } from '../src/testkit/histories.js';
import { createJudge } from '../src/testkit/judge.js';
import { show } from '../src/testkit/world.js';
it('one', () => {
  const judge = createJudge();
  const seed = process.env['S']!;
  try {
    playHistory(seed, { commands: Number(process.env['C'] ?? 300), observe: (e, s, r) => { try { judge.see(e, r); } catch (error) { console.log((error as Error).stack?.slice(0, 3000)); console.log(show(s.command), show(r.record.outcome).slice(0, 3000)); for (const w of r.work) console.log('W', show(w).slice(0, 1500)); throw error; } } });
  } catch (error) { console.log((error as Error).message, ((error as Error).cause as Error)?.stack?.slice(0, 1500)); }
}, 3_000_000);

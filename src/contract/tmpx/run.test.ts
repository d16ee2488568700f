import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import { answerCalc } from '../calc.js';
it('x', () => {
  const d = JSON.parse(readFileSync(process.env['DOC'] ?? '/tmp/cb2.json','utf8'));
  for (const m of ['cross','portfolio']) { d.marginMode = m; console.time(m);
   console.log(JSON.stringify(answerCalc(JSON.stringify(d)), null, 1)); console.timeEnd(m); }
});

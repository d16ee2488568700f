import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import { answerCalc } from '/work/main/src/contract/calc.js';
it('x', () => {
  const d = JSON.parse(readFileSync('/tmp/cb1.json','utf8'));
  for (const m of ['cross','portfolio']) { d.marginMode = m; console.log(JSON.stringify(answerCalc(JSON.stringify(d)), null, 1)); }
});

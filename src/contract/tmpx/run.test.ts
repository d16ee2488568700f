import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseCalcDocument } from '../calcDocument.js';
import { bookTerms } from '../bookTerms.js';
import { accountRequirement, accountEquityFloor, accountLiquidationPrice,accountRemovableFloor,collateralLiquidationPrice, accountAvailableFloor } from '../../margin/index.js';
it('x', () => {
  const d = JSON.parse(readFileSync('/tmp/cb1.json','utf8'));
  for (const m of ['cross','portfolio']) { d.marginMode = m; 
    const c = parseCalcDocument(JSON.stringify(d));
    if (!c.ok) { console.log(c.error); return; }
    const t = bookTerms(c.value, c.value.document.marginAccounts[0]!);
    console.log(m, t.scale, t.view.legs.map(l=>[l.markTicks,l.indexTicks,l.lots,l.cost,l.terms.unit,l.terms.markTicksPerTick,l.terms.rateScale]));
    console.time('req'); console.log(accountRequirement(t.view)); console.timeEnd('req');
    console.time('avail'); console.log(accountAvailableFloor(t.view)); console.timeEnd('avail');
    for (const l of t.view.legs) { console.time('liq'); console.log(accountLiquidationPrice(t.view, l.instrument)); console.timeEnd('liq');}
    for (const l of t.view.assets) { console.time('rem'); console.log(accountRemovableFloor(t, l.asset)); console.timeEnd('rem');}
    for (const l of t.view.assets) { console.time('cliq'); console.log(collateralLiquidationPrice(t.view, l.asset)); console.timeEnd('cliq');}
  }
});

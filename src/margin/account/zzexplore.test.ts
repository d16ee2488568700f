import fc from 'fast-check';
import { it } from 'vitest';
import { optionChains } from '../../testkit/optionChains.js';
import { compare, plus, rational } from '../../testkit/rational.js';
import { legProfit } from './accountEquity.js';
import { subtractFractions, sumFractions } from './fractions.js';
import { optionRequirement } from './optionRequirement.js';
import type { LegView } from './view.js';
const cash = (legs: readonly LegView[]) => { const f = subtractFractions(sumFractions(optionRequirement(legs).map(o=>o.initial)), sumFractions(legs.map(legProfit))); return rational(f.numerator,f.denominator);};
it('explore', () => {
  const n={longUp:0,long:0,shortDown:0,short:0};
  let ex='';
  fc.assert(fc.property(optionChains({expiries:[1000]}), (legs)=>{
    if (legs.length<2) return;
    // sane marks: value near intrinsic + time
    const sane = legs.map(l=>{const o=l.option!; const S=l.indexTicks; const itm = o.optionType==='call'? S-o.strikeTicks : o.strikeTicks-S; const intr= itm>0n?itm:0n; const per = o.payoff==='linear'? intr*o.unit : intr*o.unit/ S; return {...l, markTicks: per*l.terms.markTicksPerTick/l.terms.unit + 1n};});
    const before=cash(sane.slice(1)), after=cash(sane);
    const c=compare(after,before);
    if (sane[0]!.lots>0n){n.long++; if(c>0){n.longUp++; if(!ex) ex=JSON.stringify(sane.map(l=>[l.option!.payoff,l.option!.optionType,l.option!.strikeTicks,l.lots,l.option!.unit,l.markTicks,l.indexTicks,l.terms.unit,l.terms.markTicksPerTick]),(k,v)=>typeof v==='bigint'?Number(v):v)+JSON.stringify([before,after],(k,v)=>typeof v==='bigint'?Number(v):v);}} else {n.short++; if(c<0) n.shortDown++;}
  }),{numRuns:4000});
  console.log(JSON.stringify(n), ex);
}, 100000);

import { it } from 'vitest';
import { playHistory } from '../src/testkit/histories.js';
import { createJudge } from '../src/testkit/judge.js';
it('scan', () => {
  const from = Number(process.env['FROM'] ?? 0);
  const n = Number(process.env['N'] ?? 60);
  const commands = Number(process.env['C'] ?? 300);
  const kinds = new Map<string, number>();
  const codes = new Map<string, number>();
  const fails = new Map<string, string[]>();
  for (let i = from; i < from + n; i++) {
    const judge = createJudge();
    try {
      const { recorded } = playHistory(`s${i}`, { commands, isHuge: process.env['HUGE'] === '1', isSeparable: process.env['SEP'] === '1', observe: (e, _s, r) => { judge.see(e, r); for (const w of r.work) if (w.command.kind === 'quarantine') throw new Error(`QUARANTINE ${w.command.law}`); } });
      for (const { record, work } of recorded) for (const each of [record, ...work]) {
        if (each.outcome.kind === 'rejected') { const k = `${each.command.kind}:${each.outcome.rejection.code}`; codes.set(k, (codes.get(k) ?? 0) + 1); }
        else for (const e of each.outcome.events) { kinds.set(e.kind, (kinds.get(e.kind) ?? 0) + 1);
          if ('transfers' in e) for (const t of e.transfers) kinds.set(`~${t.flow}`, (kinds.get(`~${t.flow}`) ?? 0) + 1); }
      }
    } catch (error) {
      const m = (error as Error).message;
      const key = m.replace(/history '.*?', step \d+ /, '').replace(/record \d+/g, 'record').replace(/-?\d+/g, 'N').slice(0, 200);
      fails.set(key, [...(fails.get(key) ?? []), m.slice(0, 300)]);
    }
  }
  console.log([...kinds].sort().map(([k, v]) => `${k}=${v}`).join(' '));
  if (process.env['CODES']) console.log([...codes].sort().map(([k, v]) => `${k}=${v}`).join(' '));
  for (const [key, list] of [...fails].sort((a, b) => b[1].length - a[1].length)) console.log(list.length, key, '\n    ', list[0]);
}, 3_000_000);

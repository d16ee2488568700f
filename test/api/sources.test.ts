import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/contract/index.js';
import { BTC_PERP, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const RULES = {
  sources: [
    { source: 'own', weight: 1, maxAgeMs: 60_000, isOwnBook: true },
    { source: 'b', weight: 1, maxAgeMs: 60_000 },
    { source: 'a', weight: 1, maxAgeMs: 60_000 },
  ],
  sourcesMin: 2,
  outlierRate: '0.05',
  clipRate: '0.01',
  ownBookShare: '0.1',
} as const;
const quote = (source: string, price: string): Json => ({
  pool: 'main',
  asset: 'USDE',
  source,
  price,
  timeMs: service.timeMs,
});

describe('prices of several sources over HTTP', () => {
  it('are declared, quoted, shown and kept, and a finished one is refused (MAR-11, PRC-01)', async () => {
    await service.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
    await service.accept({ kind: 'listAsset', asset: 'USDE', decimals: 6 });
    await service.accept({
      kind: 'openPool',
      pool: 'main',
      workBudget: 1_000,
      isDesk: false,
      admission: 'fills',
      valuationAsset: 'USDT',
    });
    await service.accept({
      kind: 'listCollateral',
      pool: 'main',
      asset: 'USDE',
      haircutRate: '0.05',
      conversionRank: 1,
      conversionSpreadRate: '0.01',
      priceMaxAgeMs: 60_000,
      priceMaxJumpRate: '0.5',
      priceConfirmations: 2,
    });
    await service.accept(BTC_PERP);
    await service.accept({ kind: 'setAssetSources', pool: 'main', asset: 'USDE', revision: 1, rules: RULES });
    await service.accept({ kind: 'setIndexSources', instrument: 'BTC-PERP', revision: 1, rules: RULES });

    const assets = [quote('own', '0.65'), quote('a', '0.99'), quote('b', '0.99')];
    const instruments = ['a', 'b'].map((source) => ({
      instrument: 'BTC-PERP',
      source,
      price: '40000.5',
      timeMs: service.timeMs,
    }));
    const { outcome } = await service.accept({ kind: 'quote', assets, instruments });
    expect(outcome.events[0]).toMatchObject({
      kind: 'quoted',
      assets: [
        {
          asset: 'USDE',
          outcome: 'composed',
          price: '0.99',
          sources: [
            { source: 'a', verdict: 'used', countedPrice: '0.99', share: '0.5' },
            { source: 'b', verdict: 'used', countedPrice: '0.99', share: '0.5' },
            { source: 'own', verdict: 'outlier', quotedPrice: '0.65', countedPrice: null, share: '0' },
          ],
        },
      ],
      instruments: [{ instrument: 'BTC-PERP', indexPrice: '40000.5' }],
    });

    const finished = { pool: 'main', asset: 'USDE', price: '0.65' };
    const direct = { kind: 'mark', sourceTimeMs: service.timeMs, assetPrices: [finished] };
    const refused = await service.send(direct);
    expect([refused.status, refused.body.code]).toEqual([409, 'price_from_sources']);
    const indexed = { instrument: 'BTC-PERP', price: '40000', indexPrice: '40000' };
    const withIndex = await service.send({ kind: 'mark', sourceTimeMs: service.timeMs, marks: [indexed] });
    expect(withIndex.body.code).toBe('price_from_sources');
    const stranger = await service.send({ kind: 'quote', assets: [quote('c', '0.99')] });
    expect([stranger.status, stranger.body.code]).toEqual([404, 'unknown_source']);

    const shown = async () => (await service.get('/v1/instruments')).body.instruments[0].indexSources;
    const sources = await shown();
    expect(sources).toMatchObject({ revision: 1, index: '40000.5', ownBookShare: '0.1' });
    const before = await service.stateHash();
    await service.restart();
    expect(await service.stateHash()).toBe(before);
    expect(await shown()).toEqual(sources);
  });
});

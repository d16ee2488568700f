/** The library: crises that happened, each a data file beside this one. Read by `readCrisis` when first asked for. */
import { assert } from '../base/index.js';
import bitmex2020 from './crises/2020-03-12-bitmex.json' with { type: 'json' };
import leveredLongs2021 from './crises/2021-05-19-levered-longs.json' with { type: 'json' };
import terra2022 from './crises/2022-05-09-terra.json' with { type: 'json' };
import mango2022 from './crises/2022-10-11-mango.json' with { type: 'json' };
import ftx2022 from './crises/2022-11-08-ftx.json' with { type: 'json' };
import usdc2023 from './crises/2023-03-11-usdc.json' with { type: 'json' };
import jelly2025 from './crises/2025-03-26-jelly.json' with { type: 'json' };
import ownBook2025 from './crises/2025-10-10-own-book.json' with { type: 'json' };
import { type Crisis, readCrisis } from './crisis.js';
import type { CrisisDocument } from './crisisSchema.js';

const DOCUMENTS: readonly unknown[] = [
  bitmex2020,
  leveredLongs2021,
  terra2022,
  mango2022,
  ftx2022,
  usdc2023,
  jelly2025,
  ownBook2025,
];

/** The documents as they are shipped, oldest first. */
export const CRISIS_DOCUMENTS = DOCUMENTS as readonly CrisisDocument[];

export const CRISIS_IDS: readonly string[] = CRISIS_DOCUMENTS.map(({ id }) => id);

/** The crisis of that id; null where the library has none. */
export function findCrisis(id: string): Crisis | null {
  const document = CRISIS_DOCUMENTS.find((known) => known.id === id);
  if (document === undefined) return null;
  const read = readCrisis(document);
  assert(
    read.ok,
    () => `the library's ${id} is broken: ${read.ok ? '' : `${read.error.path} ${read.error.rule}`}`,
  );
  return read.value;
}

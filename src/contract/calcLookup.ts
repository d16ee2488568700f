/** Finding what was named, in documents whose names were checked. */
import { assert } from '../base/assert.js';

export function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  assert(found !== undefined, 'ids were checked with the document');
  return found;
}

/** A field of the object itself: names come from documents and may be those of built-in properties. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A file's first sector: a magic word, the format version and a few fixed fields, sealed. */
import { assert } from '../base/assert.js';
import { BODY_BYTES, frameTag, SECTOR_BYTES, sealSector, sectorState } from './sector.js';

export const FORMAT_VERSION = 1;
const MAGIC_BYTES = 8;
const FIELDS_AT = MAGIC_BYTES + 8;
const NUMBER_BYTES = 8;

/** Numbers take 8 bytes, little endian; byte fields take their length. */
export function encodeHeader(magic: string, fields: readonly (number | Uint8Array)[]): Buffer {
  assert(magic.length === MAGIC_BYTES, 'a magic word has 8 letters');
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.write(magic, 0, 'latin1');
  sector.writeBigUInt64LE(BigInt(FORMAT_VERSION), MAGIC_BYTES);
  let at = FIELDS_AT;
  for (const field of fields) {
    if (typeof field === 'number') sector.writeBigUInt64LE(BigInt(field), at);
    else sector.set(field, at);
    at += typeof field === 'number' ? NUMBER_BYTES : field.length;
  }
  assert(at <= BODY_BYTES, 'the fields fit one sector');
  sealSector(sector, 0, { tag: frameTag(0), seed: 0 });
  return sector;
}

/** Reads the fields in the order they were written. */
export class HeaderReader {
  readonly #sector: Buffer;
  #at = FIELDS_AT;

  constructor(sector: Buffer) {
    this.#sector = sector;
  }

  number(): number {
    this.#at += NUMBER_BYTES;
    return Number(this.#sector.readBigUInt64LE(this.#at - NUMBER_BYTES));
  }

  bytes(length: number): Uint8Array {
    this.#at += length;
    return Uint8Array.from(this.#sector.subarray(this.#at - length, this.#at));
  }
}

/** The fields of a sound header, or what is wrong with it. */
export function decodeHeader(sector: Buffer, magic: string): HeaderReader | string {
  if (sector.length < SECTOR_BYTES) return 'the header is cut off';
  const version = Number(sector.readBigUInt64LE(MAGIC_BYTES));
  if (sectorState(sector, 0) !== 'whole') return 'the header fails its checksum';
  if (sector.toString('latin1', 0, MAGIC_BYTES) !== magic) return `the header is not that of "${magic}"`;
  if (version !== FORMAT_VERSION)
    return `format version ${version} is not known here: bulkhead rebuild takes over what another version wrote`;
  return new HeaderReader(sector);
}

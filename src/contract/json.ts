/** Values that JSON can carry: what every view is made of. Exact numbers are decimal strings. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

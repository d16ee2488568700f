/** How a price file of a venue's own marks is named: by the id of its instrument, escaped so that it is a name everywhere. */

const END = '.candles.csv';

export function candleFileName(instrument: string): string {
  return `${encodeURIComponent(instrument).replaceAll('*', '%2A')}${END}`;
}

/** Null for any other file. */
export function instrumentOfCandleFile(name: string): string | null {
  if (!name.endsWith(END)) return null;
  try {
    return decodeURIComponent(name.slice(0, -END.length));
  } catch {
    return null;
  }
}

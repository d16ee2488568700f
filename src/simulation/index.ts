/** Plays price history: price files, price paths, venue files, simulated clients and the example market. */

export * from '../risk/market/timeText.js';
export * from './exampleVenue.js';
export * from './generateMarket.js';
export * from './marketData.js';
export * from './openingSize.js';
export * from './play.js';
export * from './population.js';
export * from './priceHistory.js';
export * from './pricePath.js';
export * from './report.js';
export type { SimulationHost } from './sender.js';
export * from './strategies.js';
export * from './venueFile.js';
export * from './venueSchema.js';

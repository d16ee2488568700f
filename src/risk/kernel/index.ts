export * from './bookShortfall.js';
export type { BookShortfall, FlatBook, Kernel } from './kernel.js';
export { plainKernel } from './plainKernel.js';
export { wasmKernel } from './wasmKernel.js';

/** The WebAssembly module of the tail kernel as the package ships it: compiled from wasm/shortfall.ts, as text. */
import asc from 'assemblyscript/asc';
import { readText } from './repository.js';

const SOURCE = 'wasm/shortfall.ts';

/** The text of src/risk/kernel/shortfallModule.ts. */
export async function shortfallModuleText(): Promise<string> {
  let module: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      SOURCE,
      '-O3',
      '--converge',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--outFile',
      'module.wasm',
    ],
    {
      readFile: (name) => (name === SOURCE ? readText(SOURCE) : null),
      writeFile: (_, contents) => {
        module = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || module === null) throw new Error(`${SOURCE} does not compile: ${stderr.toString()}`);
  return [
    '/** Made of wasm/shortfall.ts by `UPDATE_DOCS=1 npx vitest run tools/shortfallModule.test.ts`: WebAssembly, in base64. */',
    'export const SHORTFALL_MODULE =',
    `  '${Buffer.from(module).toString('base64')}';`,
    '',
  ].join('\n');
}

/**
 * The suite draws the same cases each time: what is green stays green until the code changes. `FC_SEED` asks for
 * others, to search by hand.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../esbuild.config.mjs';

/** The kernel sets, the default one last. */
export const KERNELS = ['plain', 'wasm-simd', 'wasm'];

/**
 * Whether a whole run repeats a test file on the sets that are not the default: it says so itself, by a line
 *
 *     export const kernels = 'all';
 */
export const runsOnAllKernels = (file) =>
  /^export const kernels = 'all';$/m.test(readFileSync(join(root, file), 'utf8'));

import { importBeside } from './library.mjs';

/**
 * Our sets of kernels by the names of the variants: plain, wasm-<threads>, blas-<threads> (the library that
 * is found first), openblas-<threads>, default.
 */

/**
 * Has the library compute with the variant's kernels; 'default' leaves it as it starts.
 * @returns what is in use, in words
 * @throws Error when this build or this machine has no such kernels
 */
export async function setKernels(library, variant) {
  if (variant === 'default') return '';
  const [name, threads = '1'] = variant.split('-');
  // BLAS leaves what is not a product to WebAssembly.
  library.useKernels(name === 'plain' ? 'plain' : 'wasm');
  await setThreads(library, Number(threads), name === 'wasm' && threads !== '1');
  if (isBlas(name)) await useBlas(name === 'blas' ? {} : { library: name });
  const { name: inUse, why } = library.describeKernels();
  if (!inUse.includes(isBlas(name) ? 'blas' : name)) throw new Error(`${inUse} kernels instead: ${why}`);
  return [inUse, why].filter(Boolean).join(': ');
}

async function setThreads(library, threads, required) {
  if (library.setThreads !== undefined) await library.setThreads(threads);
  else if (required) throw new Error('this build has no threads');
}

const isBlas = (name) => name.endsWith('blas');

async function useBlas(options) {
  let blas;
  try {
    blas = await importBeside('@retrograd/blas/use');
  } catch (error) {
    throw new Error(`no @retrograd/blas (${error.code ?? error.message})`);
  }
  await blas.useBlas(options);
}

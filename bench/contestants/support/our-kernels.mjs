/** Our sets of kernels by the names of the variants: plain, wasm-<threads>, blas-<threads>, default. */

/**
 * Has the library compute with the variant's kernels; 'default' leaves it as it starts.
 * @returns what is in use, in words
 * @throws Error when this build or this machine has no such kernels
 */
export async function setKernels({ kernels }, variant) {
  if (variant === 'default') return '';
  const [name, threads = '1'] = variant.split('-');
  // BLAS leaves what is not a product to WebAssembly.
  kernels.useKernels(name === 'plain' ? 'plain' : 'wasm');
  await setThreads(kernels, Number(threads), name === 'wasm' && threads !== '1');
  if (name === 'blas') await useBlas();
  const { name: inUse, why } = kernels.describeKernels();
  if (!inUse.includes(name)) throw new Error(`${inUse} kernels instead: ${why}`);
  return [inUse, why].filter(Boolean).join(': ');
}

async function setThreads(kernels, threads, required) {
  if (kernels.setThreads !== undefined) await kernels.setThreads(threads);
  else if (required) throw new Error('this build has no threads');
}

async function useBlas() {
  let blas;
  try {
    blas = await import('@retrograd/blas/use');
  } catch (error) {
    throw new Error(`no @retrograd/blas (${error.code ?? error.message})`);
  }
  await blas.useBlas();
}

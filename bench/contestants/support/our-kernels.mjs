/** Our sets of kernels by the names of the variants. */

/**
 * Has the library compute with the variant's kernels; 'default' leaves it as it starts.
 * @returns the version and what is in use, in words
 * @throws Error when this build or this machine has no such kernels
 */
export async function setKernels(library, variant) {
  const [name, threads = '1'] = variant.split('-');
  if (name === 'plain') library.useKernels(library.plainKernels);
  else if (name !== 'default') {
    if (library.describeKernels === undefined) throw new Error(`this build has no ${name} kernels`);
    library.useKernels('wasm');
    library.setThreads(Number(threads));
    if (name === 'blas') await useBlas();
  }
  const { version, note } = describe(library);
  return { version, note: name === 'plain' ? 'plain TypeScript' : note };
}

async function useBlas() {
  let blas;
  try {
    blas = await import('@retrograd/blas');
  } catch (error) {
    throw new Error(`no @retrograd/blas: ${error.code ?? error.message}`);
  }
  blas.useBlas();
}

function describe(library) {
  const version = library.version ?? '';
  return { version, note: library.describeKernels?.().why };
}

/** The kernel sets, the default one last, and which test files are run on all of them. */
export const KERNELS = ['plain', 'wasm-simd', 'wasm'];

/** All that computes, except what takes long and would say the same again. */
const NUMERIC =
  /^test\/(cross-check|recurrent|nn)\/|^test\/autograd\/op-gradients|^test\/arrays\/(matmul|views)/;
const REPEATED_SELDOM =
  /^test\/recurrent\/(bad-input|kernel-sets|parameters)|^test\/nn\/(bundle|model-file|module|safetensors)/;

/** Whether a whole run repeats a test file on the sets that are not the default. */
export const isRepeated = (file) => NUMERIC.test(file) && !REPEATED_SELDOM.test(file);

/**
 * Importing this module calls `useBlas()`: from then on all packages compute with the first native library
 * that is found. For the functions without this effect import '@retrograd/blas/use'.
 */
import { useBlas } from './use.js';

export * from './use.js';

useBlas();

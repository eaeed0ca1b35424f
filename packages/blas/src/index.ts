/**
 * Importing this module calls `useBlas()`: all packages then compute with the first native library that is
 * found. Import '@retrograd/blas/use' for the functions without this effect.
 */
import { useBlas } from './use.js';

export * from './use.js';

useBlas();

/**
 * Has the tests that it is bundled with computed by a native library, all products that it can: `--kernels
 * blas` of scripts/test.mjs. Run by itself it tells whether there is one.
 */
import { useBlas } from '@retrograd/blas/use';

useBlas({ always: true });

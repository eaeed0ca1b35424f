import type { Dtype, RandomOptions } from '@retrograd/arrays';

/** Options of modules that have initial weights. */
export interface InitialOptions extends RandomOptions {
  /** float64 unless given. */
  dtype?: Dtype;
  /** 'zeros' skips the random initial values, for a module whose weights are loaded next. */
  init?: 'zeros';
}

import type { SequenceKernels } from './kernels.js';

/** A function that makes its value once for each kernel set. */
export function memoizeByKernels<T>(make: (kernels: SequenceKernels) => T): (kernels: SequenceKernels) => T {
  const made = new WeakMap<SequenceKernels, T>();
  return (kernels) => {
    let value = made.get(kernels);
    if (value === undefined) {
      value = make(kernels);
      made.set(kernels, value);
    }
    return value;
  };
}

import type { SequenceKernels } from './kernels.js';

/** Makes something once for each kernel set that comes along. */
export function perKernels<T>(make: (kernels: SequenceKernels) => T): (kernels: SequenceKernels) => T {
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

/**
 * What `kernels` held before arrays and kernels were two packages.
 * @deprecated Use `arrays.add`, …, and `useKernels`, `setThreads`, … of the package itself. Goes with the next release.
 */
export * from '@retrograd/arrays';
export { isDense, randomFrom, toFloats } from '@retrograd/arrays/internal';
export * from '@retrograd/kernels';

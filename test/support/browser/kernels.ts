/**
 * Comes before everything else in the bundle of a page: the page's address names the kernels, ?kernels=plain.
 */
import { type KernelName, useKernels } from '@retrograd/kernels';
import { setting } from './setting.js';

const name = setting('kernels');
if (name !== null) useKernels(name as KernelName);

/**
 * A process that ends while its threads come up. On the command line: [library's file, milliseconds from then
 * until it ends].
 */

import { type NdArray, randomNormal } from '@retrograd/arrays';
import { useBlas } from '@retrograd/blas/use';
import { LSTM } from '@retrograd/lstm';

const [library, delay] = JSON.parse(process.argv[2]) as [string, number];
useBlas({ library, always: true, threads: 3 });
const layer = new LSTM(40, 64, { seed: 1, dtype: 'float32' });
const h_all = layer.forward(randomNormal([32, 8, 40], { seed: 2, dtype: 'float32' })) as NdArray;
console.log(h_all.shape.join());
const end = performance.now() + delay;
while (performance.now() < end);

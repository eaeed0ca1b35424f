// What a TypeScript user writes; checked against the packed .d.ts files, and against the sources with the
// tests.
import { array, LSTM, type NdArray, ones, tensor } from 'retrograd';

const layer: LSTM = new LSTM(3, 4, { seed: 1, dtype: 'float64' });
const x: NdArray = array([[[1, 2, 3]], [[4, 5, 6]]]);
const h_all: NdArray = layer.forward(x);
const grad_x: NdArray = layer.backward(ones(h_all.shape));
const [h, h_final, c_final] = layer.forward(tensor(x, { requiresGrad: true }));
export const shapes: number[][] = [grad_x.shape, h.shape, h_final.shape, c_final.value.shape];

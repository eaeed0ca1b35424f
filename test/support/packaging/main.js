// What a JavaScript user writes: an LSTM forward and backward, one gradient against a difference quotient.
import { array, LSTM, ones } from 'retrograd';

const layer = new LSTM(3, 4, { seed: 1 });
const input = (first) =>
  array([
    [
      [first, -0.2, 0.3],
      [0.4, 0.5, -0.6],
    ],
    [
      [0.7, 0.8, 0.9],
      [-1, 0.1, 0.2],
    ],
  ]);
const total = (first) => layer.forward(input(first)).data.reduce((sum, h) => sum + h, 0);

const eps = 1e-5;
const quotient = (total(0.1 + eps) - total(0.1 - eps)) / (2 * eps);
const h_all = layer.forward(input(0.1));
const grad_x = layer.backward(ones(h_all.shape));
console.log(
  JSON.stringify({
    h_all: h_all.shape,
    grad_x: grad_x.shape,
    error: Math.abs(grad_x.get(0, 0, 0) - quotient),
    size: Math.abs(quotient),
    keys: Object.keys(layer.getGradients()).sort(),
  }),
);

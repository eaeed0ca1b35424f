/** A model of one recurrent layer in ONNX, opset 14. Field numbers: onnx.proto3. */
import { GATES } from '../../src/cases.mjs';
import { join, parts, reorder, transpose } from './layouts.mjs';
import { integer, message } from './protobuf.mjs';

// Gates in ONNX's order, by their place in the problem's; the GRU's z keeps the old state there.
const ORDER = {
  rnn: [[0, 1]],
  lstm: [
    [1, 1],
    [3, 1],
    [0, 1],
    [2, 1],
  ],
  gru: [
    [0, -1],
    [1, 1],
    [2, 1],
  ],
};

const FLOAT = 1;

/**
 * Inputs X (T, B, I), initial_h (1, B, H) and, for an LSTM, initial_c; outputs Y (T, 1, B, H), Y_h and Y_c.
 * @returns the bytes of the model
 */
export function onnxModel({ cell, B, T, I, H }, { W, b }) {
  const G = GATES[cell].length;
  const { U, V } = parts(W, G, H);
  const stacked = (data, rows) => transpose(reorder(data, G, H, ORDER[cell]), rows, G * H);
  const bias = reorder(b.data, G, H, ORDER[cell]);
  const weights = [
    tensor('W', [1, G * H, I], stacked(V, I)),
    tensor('R', [1, G * H, H], stacked(U, H)),
    tensor('B', [1, 2 * G * H], join(bias, new Float32Array(G * H))),
  ];
  const states = cell === 'lstm' ? ['h', 'c'] : ['h'];
  const inputs = ['X', 'W', 'R', 'B', '', ...states.map((s) => `initial_${s}`)];
  const outputs = ['Y', ...states.map((s) => `Y_${s}`)];
  // linear_before_reset = 0, the default, is the reset gate before the product, as ours.
  const node = [
    ...inputs.map((name) => message(1, name)),
    ...outputs.map((name) => message(2, name)),
    message(4, cell.toUpperCase()),
    message(5, [message(1, 'hidden_size'), integer(3, H), integer(20, 2)]),
  ];
  const graph = [
    message(1, node),
    message(2, cell),
    ...weights.map((bytes) => message(5, bytes)),
    message(11, value('X', [T, B, I])),
    ...states.map((s) => message(11, value(`initial_${s}`, [1, B, H]))),
    message(12, value('Y', [T, 1, B, H])),
    ...states.map((s) => message(12, value(`Y_${s}`, [1, B, H]))),
  ];
  const opset = [message(1, ''), integer(2, 14)];
  return Buffer.concat([integer(1, 7), message(7, graph), message(8, opset)]);
}

/** A TensorProto. */
function tensor(name, shape, data) {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return [...shape.map((size) => integer(1, size)), integer(2, FLOAT), message(8, name), message(9, bytes)];
}

/** A ValueInfoProto of a float tensor. */
function value(name, shape) {
  const dimensions = shape.map((size) => message(1, [integer(1, size)]));
  const type = message(1, [integer(1, FLOAT), message(2, dimensions)]);
  return [message(1, name), message(2, type)];
}

/**
 * Draws the graph of a GRU step twice, as Mermaid flowcharts (GitHub shows them in a Markdown file): composed
 * of the equations, where every operation is a box, and as the hand-derived cell, which is one box to the
 * graph. The second prints:
 *
 *     flowchart LR
 *       n0["x_t [2, 3]"]
 *       n1["h_prev [2, 4]"]
 *       n2["W_z [7, 4]"]
 *       n3["b_z [4]"]
 *       n4["W_r [7, 4]"]
 *       n5["b_r [4]"]
 *       n6["W_h [7, 4]"]
 *       n7["b_h [4]"]
 *       n8(["gruCell [2, 4]"])
 *       n0 --> n8
 *       n1 --> n8
 *       n2 --> n8
 *       n3 --> n8
 *       n4 --> n8
 *       n5 --> n8
 *       n6 --> n8
 *       n7 --> n8
 */
import {
  GRU,
  type GRUTensors,
  gruCell,
  gruEquations,
  parameter,
  Random,
  randomNormal,
  type Tensor,
  tensor,
  toMermaid,
} from 'retrograd';

const [B, I, H] = [2, 3, 4];
const rng = new Random(1);
const gru = new GRU(I, H, { rng });
const x_t = tensor(randomNormal([B, I], { rng }));
const h_prev = parameter(randomNormal([B, H], { rng }));
const params = Object.entries(gru.getParams()).map(([name, value]) => [name, parameter(value)] as const);
const names = new Map<Tensor, string>([
  [x_t, 'x_t'],
  [h_prev, 'h_prev'],
  ...params.map(([name, leaf]) => [leaf, name] as const),
]);

const tensors = Object.fromEntries(params) as Record<keyof GRUTensors, Tensor>;
const composed = toMermaid(gruEquations(x_t, h_prev, tensors), names);
const byHand = toMermaid(gruCell(x_t, h_prev, tensors), names);
console.log(composed);
console.log();
console.log(byHand);

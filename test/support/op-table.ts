/** How a case of ops.json or second.json calls its op: inputs as tensors, everything else from `args`. */

import type { NdArray } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import * as ag from '@retrograd/autograd';

/** The attributes that the fixtures use; each op reads its own. */
export interface OpArgs {
  axes: number[] | null;
  axis: number;
  keepdims: boolean;
  exponent?: number;
  shape: number[];
  ranges: ([number, number, number] | null)[];
  sizes: number[];
  condition: NdArray;
  index: NdArray;
  indices: NdArray;
  targets: NdArray;
  mask: NdArray | null;
}

type Apply = (inputs: Tensor[], args: OpArgs) => Tensor | Tensor[];

export const TABLE: Record<string, Apply> = {
  add: ([a, b]) => ag.add(a, b),
  sub: ([a, b]) => ag.sub(a, b),
  mul: ([a, b]) => ag.mul(a, b),
  div: ([a, b]) => ag.div(a, b),
  maximum: ([a, b]) => ag.maximum(a, b),
  pow: ([a, b], { exponent }) => ag.pow(a, exponent ?? b),
  where: ([a, b], { condition }) => ag.where(condition, a, b),
  neg: ([x]) => ag.neg(x),
  abs: ([x]) => ag.abs(x),
  exp: ([x]) => ag.exp(x),
  log: ([x]) => ag.log(x),
  sqrt: ([x]) => ag.sqrt(x),
  sigmoid: ([x]) => ag.sigmoid(x),
  tanh: ([x]) => ag.tanh(x),
  relu: ([x]) => ag.relu(x),
  matmul: ([a, b]) => ag.matmul(a, b),
  sum: ([x], { axes, keepdims }) => ag.sum(x, axes ?? undefined, keepdims),
  mean: ([x], { axes, keepdims }) => ag.mean(x, axes ?? undefined, keepdims),
  max: ([x], { axes, keepdims }) => ag.max(x, axes ?? undefined, keepdims),
  reshape: ([x], { shape }) => ag.reshape(x, shape),
  transpose: ([x], { axes }) => ag.transpose(x, axes ?? undefined),
  slice: ([x], { ranges }) => ag.slice(x, ranges),
  concat: (xs, { axis }) => ag.concat(xs, axis),
  stack: (xs, { axis }) => ag.stack(xs, axis),
  split: ([x], { sizes, axis }) => ag.split(x, sizes, axis),
  unstack: ([x], { axis }) => ag.unstack(x, axis),
  broadcastTo: ([x], { shape }) => ag.broadcastTo(x, shape),
  gather: ([x], { axis, index }) => ag.gather(x, axis, index),
  embedding: ([weight], { indices }) => ag.embedding(weight, indices),
  softmax: ([x], { axis }) => ag.softmax(x, axis),
  logSoftmax: ([x], { axis }) => ag.logSoftmax(x, axis),
  logsumexp: ([x], { axis, keepdims }) => ag.logsumexp(x, axis, keepdims),
  crossEntropy: ([logits], { targets, mask }) => ag.crossEntropy(logits, targets, mask ?? undefined),
  mseLoss: ([a, b]) => ag.mseLoss(a, b),
};

export function applyOp(op: string, inputs: Tensor[], args: OpArgs): Tensor | Tensor[] {
  const apply = TABLE[op];
  if (apply === undefined) throw new Error(`op-table: no entry for ${op}`);
  return apply(inputs, args);
}

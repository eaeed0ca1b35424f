/** Random calls of every op: what the tests of gradients, second derivatives and views run over. */

import { type NdArray, type Random, randomNormal, wrap } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';
import * as ag from '@retrograd/autograd';

/** One call: float64 inputs, and the op as a function of tensors of them to one tensor. */
export interface OpCase {
  inputs: NdArray[];
  apply: (...inputs: Tensor[]) => Tensor;
}

type MakeCase = (rng: Random) => OpCase;

/** A shape of `rank` axes of 1 to 4 entries. */
function randomShape(rng: Random, rank: number): number[] {
  return Array.from({ length: rank }, () => 1 + rng.integer(4));
}

/** A shape that broadcasts with `shape`: some axes 1, some leading axes gone. */
function partnerShape(rng: Random, shape: readonly number[]): number[] {
  const partner = shape.map((n) => (rng.uniform() < 0.3 ? 1 : n));
  return partner.slice(rng.uniform() < 0.3 ? rng.integer(shape.length + 1) : 0);
}

function broadcastable(rng: Random): [number[], number[]] {
  const shape = randomShape(rng, rng.integer(4));
  const partner = partnerShape(rng, shape);
  const own = shape.map((n) => (rng.uniform() < 0.2 ? 1 : n));
  return rng.uniform() < 0.5 ? [own, partner] : [partner, own];
}

const normal = (rng: Random, shape: readonly number[]): NdArray => randomNormal(shape, { rng });

function mapped(x: NdArray, f: (value: number) => number): NdArray {
  return wrap(Float64Array.from(x.data, f), x.shape);
}

/** Away from 0, where kinks and poles are. */
const apart = (rng: Random, shape: readonly number[]): NdArray =>
  mapped(normal(rng, shape), (v) => v + Math.sign(v) * 0.5);

const positive = (rng: Random, shape: readonly number[]): NdArray =>
  mapped(normal(rng, shape), (v) => 0.3 + Math.abs(v));

/** Numbers at least 0.1 apart from one another, in random order. */
const distinct = (rng: Random, shape: readonly number[]): NdArray => {
  const x = normal(rng, shape);
  const order = rng.shuffle(Array.from(x.data.keys()));
  return mapped(
    x,
    (() => {
      let i = 0;
      return (v) => order[i++] * 0.2 - 1 + 0.05 * Math.tanh(v);
    })(),
  );
};

const integers = (rng: Random, shape: readonly number[], n: number): NdArray =>
  mapped(normal(rng, shape), () => rng.integer(n));

const unary =
  (op: (x: Tensor) => Tensor, draw: (rng: Random, shape: readonly number[]) => NdArray): MakeCase =>
  (rng) => ({ inputs: [draw(rng, randomShape(rng, rng.integer(4)))], apply: (x) => op(x) });

const binary =
  (op: (a: Tensor, b: Tensor) => Tensor, draw = normal, drawSecond = draw): MakeCase =>
  (rng) => {
    const [a, b] = broadcastable(rng);
    return { inputs: [draw(rng, a), drawSecond(rng, b)], apply: (x, y) => op(x, y) };
  };

function randomAxes(rng: Random, rank: number): number | number[] | undefined {
  if (rng.uniform() < 0.3) return undefined;
  if (rank > 0 && rng.uniform() < 0.4) return rng.integer(2 * rank) - rank;
  return rng.shuffle(Array.from({ length: rank }, (_, i) => i)).slice(0, rng.integer(rank + 1));
}

const reduction =
  (op: typeof ag.sum, draw = normal): MakeCase =>
  (rng) => {
    const shape = randomShape(rng, rng.integer(4));
    const axes = randomAxes(rng, shape.length);
    const keepdims = rng.uniform() < 0.5;
    return { inputs: [draw(rng, shape)], apply: (x) => op(x, axes, keepdims) };
  };

const alongAxis =
  (op: (x: Tensor, axis: number, keepdims: boolean) => Tensor): MakeCase =>
  (rng) => {
    const shape = randomShape(rng, 1 + rng.integer(3));
    const axis = rng.integer(2 * shape.length) - shape.length;
    const keepdims = rng.uniform() < 0.5;
    return { inputs: [normal(rng, shape)], apply: (x) => op(x, axis, keepdims) };
  };

/** Several outputs as one: each with a factor of its own, some left out. */
function combine(outputs: readonly Tensor[], rng: Random): (outputs: readonly Tensor[]) => Tensor {
  const factors: number[] = outputs.map((): number => (rng.uniform() < 0.3 ? 0 : 1 + rng.uniform()));
  if (Math.max(...factors) === 0) factors[0] = 1;
  return (each) =>
    ag.concat(each.flatMap((y, i) => (factors[i] === 0 ? [] : [ag.reshape(ag.mul(y, factors[i]), [-1])])));
}

const several =
  (make: (rng: Random, x: NdArray) => (x: Tensor) => Tensor[]): MakeCase =>
  (rng) => {
    const x = normal(rng, randomShape(rng, 1 + rng.integer(3)));
    const op = make(rng, x);
    const joined = combine(op(ag.constant(x)), rng);
    return { inputs: [x], apply: (t) => joined(op(t)) };
  };

const matmulCase: MakeCase = (rng) => {
  const [M, K, N] = randomShape(rng, 3);
  const batch = broadcastable(rng).map((shape) => shape.slice(-2));
  const flat = rng.uniform() < 0.5;
  const a = [...(flat ? [] : batch[0]), M, K];
  const b = [...(flat ? [] : batch[1]), K, N];
  return { inputs: [normal(rng, a), normal(rng, b)], apply: (x, y) => ag.matmul(x, y) };
};

const whereCase: MakeCase = (rng) => {
  const [a, b] = broadcastable(rng);
  const condition = integers(rng, partnerShape(rng, a.length > b.length ? a : b), 2);
  return { inputs: [normal(rng, a), normal(rng, b)], apply: (x, y) => ag.where(condition, x, y) };
};

const reshapeCase: MakeCase = (rng) => {
  const x = normal(rng, randomShape(rng, rng.integer(4)));
  const shape = rng.shuffle([...x.shape, 1]);
  if (rng.uniform() < 0.5) shape[rng.integer(shape.length)] = -1;
  return { inputs: [x], apply: (t) => ag.reshape(t, shape) };
};

const transposeCase: MakeCase = (rng) => {
  const x = normal(rng, randomShape(rng, rng.integer(5)));
  const axes = rng
    .shuffle(x.shape.map((_, i) => i))
    .map((i) => (rng.uniform() < 0.3 ? i - x.shape.length : i));
  const given = rng.uniform() < 0.3 ? undefined : axes;
  return { inputs: [x], apply: (t) => ag.transpose(t, given) };
};

const sliceCase: MakeCase = (rng) => {
  const x = normal(rng, randomShape(rng, 1 + rng.integer(3)));
  const edge = (): number | null => (rng.uniform() < 0.4 ? null : rng.integer(10) - 5);
  const steps = [null, 1, 2, 3, -1, -2];
  const ranges = x.shape
    .slice(0, 1 + rng.integer(x.shape.length))
    .map(() => (rng.uniform() < 0.2 ? null : ([edge(), edge(), steps[rng.integer(6)]] as const)));
  return { inputs: [x], apply: (t) => ag.slice(t, ranges) };
};

const broadcastCase: MakeCase = (rng) => {
  const shape = randomShape(rng, rng.integer(4));
  return { inputs: [normal(rng, partnerShape(rng, shape))], apply: (t) => ag.broadcastTo(t, shape) };
};

const concatCase: MakeCase = (rng) => {
  const shape = randomShape(rng, 1 + rng.integer(3));
  const axis = rng.integer(2 * shape.length) - shape.length;
  const sizes = Array.from({ length: 1 + rng.integer(3) }, () => rng.integer(4));
  const inputs = sizes.map((n) => normal(rng, shape.with(axis, n)));
  return { inputs, apply: (...xs) => ag.concat(xs, axis) };
};

const stackCase: MakeCase = (rng) => {
  const shape = randomShape(rng, rng.integer(3));
  const rank = shape.length + 1;
  const axis = rng.integer(2 * rank) - rank;
  const inputs = Array.from({ length: 1 + rng.integer(3) }, () => normal(rng, shape));
  return { inputs, apply: (...xs) => ag.stack(xs, axis) };
};

const splitCase = several((rng, x) => {
  const axis = rng.integer(2 * x.shape.length) - x.shape.length;
  const n = x.shape.at(axis) as number;
  if (rng.uniform() < 0.5) return (t) => ag.split(t, n, axis);
  const first = rng.integer(n + 1);
  return (t) => ag.split(t, [first, n - first], axis);
});

const unstackCase = several((rng, x) => {
  const axis = rng.integer(2 * x.shape.length) - x.shape.length;
  return (t) => ag.unstack(t, axis);
});

const gatherCase: MakeCase = (rng) => {
  const shape = randomShape(rng, 1 + rng.integer(3));
  const axis = rng.integer(2 * shape.length) - shape.length;
  const index = integers(
    rng,
    shape.map((n) => 1 + rng.integer(n)).with(axis, 1 + rng.integer(5)),
    shape.at(axis)!,
  );
  return { inputs: [normal(rng, shape)], apply: (x) => ag.gather(x, axis, index) };
};

const embeddingCase: MakeCase = (rng) => {
  const [V, E] = randomShape(rng, 2);
  const indices = integers(rng, randomShape(rng, rng.integer(3)), V);
  return { inputs: [normal(rng, [V, E])], apply: (weight) => ag.embedding(weight, indices) };
};

const crossEntropyCase: MakeCase = (rng) => {
  const lead = randomShape(rng, rng.integer(3));
  const V = 1 + rng.integer(5);
  const targets = integers(rng, lead, V);
  const mask = rng.uniform() < 0.5 ? integers(rng, lead, 2) : null;
  return { inputs: [normal(rng, [...lead, V])], apply: (x) => ag.crossEntropy(x, targets, mask) };
};

const mseLossCase: MakeCase = (rng) => {
  const shape = randomShape(rng, rng.integer(4));
  return { inputs: [normal(rng, shape), normal(rng, shape)], apply: (p, t) => ag.mseLoss(p, t) };
};

const dropoutCase: MakeCase = (rng) => {
  const seed = rng.integer(1000);
  return { inputs: [normal(rng, randomShape(rng, 2))], apply: (x) => ag.dropout(x, 0.4, { seed }) };
};

/** Every op by name. Kinks (relu and abs at 0, ties of max) have tests of their own. */
export const OP_CASES: Record<string, MakeCase> = {
  add: binary(ag.add),
  sub: binary(ag.sub),
  mul: binary(ag.mul),
  div: binary(ag.div, normal, apart),
  pow: binary(ag.pow, positive, normal),
  maximum: (rng) => {
    const [a, b] = broadcastable(rng);
    // Multiples of 0.2 against the same in between: never closer than 0.1.
    const between = mapped(distinct(rng, b), (v) => Math.round(v / 0.2) * 0.2 + 0.1);
    const even = mapped(distinct(rng, a), (v) => Math.round(v / 0.2) * 0.2);
    return { inputs: [even, between], apply: (x, y) => ag.maximum(x, y) };
  },
  neg: unary(ag.neg, normal),
  exp: unary(ag.exp, normal),
  log: unary(ag.log, positive),
  sqrt: unary(ag.sqrt, positive),
  abs: unary(ag.abs, apart),
  sigmoid: unary(ag.sigmoid, normal),
  tanh: unary(ag.tanh, normal),
  relu: unary(ag.relu, apart),
  where: whereCase,
  matmul: matmulCase,
  affine: (rng) => {
    const [N, I, O] = randomShape(rng, 3);
    return {
      inputs: [normal(rng, [N, I]), normal(rng, [I, O]), normal(rng, [O])],
      apply: (x, W, b) => ag.affine(x, W, b),
    };
  },
  sum: reduction(ag.sum),
  mean: reduction(ag.mean),
  max: reduction(ag.max, distinct),
  reshape: reshapeCase,
  transpose: transposeCase,
  slice: sliceCase,
  broadcastTo: broadcastCase,
  concat: concatCase,
  stack: stackCase,
  split: splitCase,
  unstack: unstackCase,
  gather: gatherCase,
  embedding: embeddingCase,
  softmax: alongAxis((x, axis) => ag.softmax(x, axis)),
  logSoftmax: alongAxis((x, axis) => ag.logSoftmax(x, axis)),
  logsumexp: alongAxis((x, axis, keepdims) => ag.logsumexp(x, axis, keepdims)),
  crossEntropy: crossEntropyCase,
  mseLoss: mseLossCase,
  dropout: dropoutCase,
};

/** Every kind of view gives, bit for bit, what its dense copy gives; and no view, nor what lies between its entries, is changed. */
import {
  copy,
  type FloatData,
  type NdArray,
  Random,
  randomNormal,
  toNested,
  view,
  wrap,
} from '@retrograd/kernels';
import {
  clipGradients,
  createSequences,
  generateSequence,
  globalNorm,
  sequenceLoss,
  sequenceLossBackward,
} from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Leaky, onlyForward } from './toy-model.js';

/** Where the entries of a view lie: order of the axes in memory, step and direction along each, room before them. */
interface Layout {
  axes: (rank: number) => number[];
  step: number;
  direction: (axis: number) => 1 | -1;
  room: number;
}

const inOrder = (rank: number) => Array.from({ length: rank }, (_, i) => i);
const plain: Layout = { axes: inOrder, step: 1, direction: () => 1, room: 0 };
const layouts: Record<string, Layout> = {
  offset: { ...plain, room: 3 },
  transposed: { ...plain, axes: (rank) => inOrder(rank).reverse() },
  reversed: { ...plain, direction: () => -1 },
  'reversed along the first axis': { ...plain, direction: (axis) => (axis === 0 ? -1 : 1) },
  stepped: { ...plain, step: 2 },
  'all at once': {
    axes: (rank) => inOrder(rank).reverse(),
    step: 3,
    direction: (a) => (a % 2 ? 1 : -1),
    room: 5,
  },
};

/** The same entries as `x`, laid out otherwise, with NaN everywhere between. */
function laidOut(x: NdArray, { axes, step, direction, room }: Layout): NdArray {
  const rank = x.shape.length;
  const stride = new Array<number>(rank);
  let size = step;
  for (const axis of axes(rank).reverse()) {
    stride[axis] = size * direction(axis);
    size *= x.shape[axis];
  }
  const start = x.shape.reduce(
    (at, n, axis) => at + (direction(axis) < 0 ? -(n - 1) * stride[axis] : 0),
    room,
  );
  const data = x.data instanceof Float64Array ? new Float64Array(room + size) : new Float32Array(room + size);
  const result = view(data.fill(Number.NaN), x.shape, stride, start);
  const index = x.shape.map(() => 0);
  for (let i = 0; i < x.size; i++) {
    result.set(...([...index, copy(x).data[i]] as [number, number]));
    for (let axis = rank - 1; axis >= 0 && ++index[axis] === x.shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}

/** A view whose entries do not differ along `axis`: its stride there is 0. */
function repeated(x: NdArray, axis: number): NdArray {
  const stride = x.stride.slice();
  stride[axis] = 0;
  return view(x.data, x.shape, stride, x.offset);
}

const bytes = ({ buffer, byteOffset, byteLength }: FloatData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const bits = (answer: unknown): unknown => {
  if (Array.isArray(answer)) return answer.map(bits);
  if (typeof answer === 'number') return answer;
  const { shape, stride, offset, data } = answer as NdArray;
  return [shape, stride, offset, bytes(data)];
};

/** Calls `fn` on all views of its arguments, all in the same layout, and on their dense copies. */
function check(title: string, args: readonly NdArray[], fn: (...views: NdArray[]) => unknown): void {
  const compare = (kind: string, views: NdArray[]) => {
    const dense = views.map((x) => copy(x));
    const memory = views.map((x) => x.data.slice());
    assert.equal(bits(fn(...views)), bits(fn(...dense)), `${title}, ${kind}`);
    views.forEach((x, i) =>
      assert.equal(bytes(x.data), bytes(memory[i]), `${title}, ${kind}: argument ${i} was changed`),
    );
  };
  for (const [kind, layout] of Object.entries(layouts)) {
    const views = args.map((x) => laidOut(x, layout));
    views.forEach((x, i) => assert.equal(toNested(x), toNested(args[i]), `${kind}: the view itself`));
    compare(kind, views);
    args.forEach((_, i) => compare(`${kind} argument ${i} alone`, args.with(i, views[i]) as NdArray[]));
  }
  for (let axis = 0; axis < 3; axis++) {
    const views = args.map((x) => (axis < x.shape.length ? repeated(x, axis) : x));
    compare(`stride 0 along axis ${axis}`, views);
  }
}

const whole = (rng: Random, shape: number[], n: number): NdArray =>
  wrap(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.integer(n)),
    shape,
  );

for (const dtype of ['float64', 'float32'] as const) {
  test(`clipGradients and globalNorm take any view in ${dtype}`, () => {
    const gradients = [[3, 4], [5], [2, 3, 2], []].map((shape, seed) => randomNormal(shape, { seed, dtype }));
    check('globalNorm', gradients, (...xs) => globalNorm(xs));
    check('clipGradients', gradients, (...xs) => clipGradients(xs, 0.7));
    check('clipGradients under the limit', gradients, (...xs) => clipGradients(xs, 1e3));
  });

  test(`sequenceLoss and its gradient take any view in ${dtype}`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const rng = new Random(seed);
      const [B, T, V] = [2 + rng.integer(2), 2 + rng.integer(3), 2 + rng.integer(4)];
      const args = [randomNormal([B, T, V], { rng, dtype }), whole(rng, [B, T], V), whole(rng, [B, T], 2)];
      check(`sequenceLoss, seed ${seed}`, args, sequenceLoss as (...xs: NdArray[]) => number);
      check(
        `sequenceLossBackward, seed ${seed}`,
        args,
        sequenceLossBackward as (...xs: NdArray[]) => NdArray,
      );
    }
  });

  test(`createSequences takes any view in ${dtype}`, () => {
    for (const stride of [1, 2, 5]) {
      check(`stride ${stride}`, [randomNormal([11, 3], { seed: stride, dtype })], (x) =>
        createSequences(x, 3, stride),
      );
    }
  });

  test(`generateSequence takes a seed that is any view in ${dtype}`, () => {
    const model = new Leaky(4, 2, 0.5);
    const start = randomNormal([1, 3, 4], { seed: 6, dtype });
    check('stepping', [start], (x) => generateSequence(model, x, 12, 1, { seed: 8 }));
    check('running forward', [start], (x) => generateSequence(onlyForward(model), x, 12, 1, { seed: 8 }));
  });
}

test('models may answer with any view', () => {
  const model = new Leaky(4, 2, 0.5);
  const start = randomNormal([1, 3, 4], { seed: 6 });
  const expected = bits(generateSequence(model, start, 12, 1, { seed: 8 }));
  for (const [kind, layout] of Object.entries(layouts)) {
    const forward = (x: NdArray) => laidOut(model.forward(x), layout);
    const step = (x_t: NdArray, state?: readonly NdArray[]): [NdArray, NdArray[]] => {
      const [y_t, next] = model.step(x_t, state);
      return [laidOut(y_t, layout), next];
    };
    assert.equal(
      bits(generateSequence({ forward }, start, 12, 1, { seed: 8 })),
      expected,
      `forward, ${kind}`,
    );
    assert.equal(bits(generateSequence({ step }, start, 12, 1, { seed: 8 })), expected, `step, ${kind}`);
  }
});

test.run();

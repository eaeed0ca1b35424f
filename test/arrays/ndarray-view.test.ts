/** The library's view class against scijs' ndarray: the same fields and the same results of every method, on random views. */
import { type IndexData, Random, view } from '@retrograd/arrays';
import ndarray, { type NdArray } from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const SIZE = 400;
const DATA: Record<string, () => IndexData> = {
  float64: () => new Float64Array(SIZE),
  float32: () => new Float32Array(SIZE),
  int8: () => new Int8Array(SIZE),
  int16: () => new Int16Array(SIZE),
  int32: () => new Int32Array(SIZE),
  uint8: () => new Uint8Array(SIZE),
  uint8_clamped: () => new Uint8ClampedArray(SIZE),
  uint16: () => new Uint16Array(SIZE),
  uint32: () => new Uint32Array(SIZE),
  array: () => new Array<number>(SIZE).fill(0),
  // These tests run in browsers, too.
  ...(typeof Buffer !== 'undefined' && { buffer: () => Buffer.alloc(SIZE) }),
};
const HIGHEST_RANK = 9;
const CHAINS = 40;

type View = NdArray<IndexData>;
interface Pair {
  ours: View;
  theirs: View;
}
type Method = 'hi' | 'lo' | 'step' | 'transpose' | 'pick';

/** One of the items, all equally likely. */
const oneOf = <T>(rng: Random, items: readonly T[]): T => items[rng.integer(items.length)];

/** Two views of the same data, of random strides (0, negative and equal ones too). */
function drawPair(dtype: string, rank: number, rng: Random): Pair {
  const data = DATA[dtype]();
  for (let i = 0; i < data.length; i++) data[i] = rng.integer(100);
  const shape = Array.from({ length: rank }, () => rng.integer(4));
  const stride = Array.from({ length: rank }, () => rng.integer(9) - 4);
  const offset = SIZE / 2 + rng.integer(20) + (rank > 0 ? 0.5 : 0);
  return {
    ours: view(data, shape, stride, offset) as View,
    theirs: ndarray(data, shape, stride, offset) as View,
  };
}

/** Arguments for a method of a view of this rank, sometimes fewer; what callers may give, and what they should not. */
function drawArguments(method: Method, rank: number, rng: Random): (number | null | undefined)[] {
  const given = rng.integer(5) === 0 ? rng.integer(rank + 1) : rank;
  if (method === 'transpose') {
    const axes: (number | undefined)[] = rng.shuffle([...new Array(rank).keys()]).slice(0, given);
    if (given > 0 && rng.integer(4) === 0) axes[rng.integer(given)] = undefined;
    if (rng.integer(9) === 0) return axes.map((axis) => axis && axis + 0.5);
    return axes;
  }
  const choices: Record<Exclude<Method, 'transpose'>, (number | null | undefined)[]> = {
    hi: [0, 1, 2, 3, 2.7, -1, null, undefined],
    lo: [0, 1, 2, 1.5, -1, null, undefined],
    step: [1, 2, 3, -1, -2, null, undefined],
    pick: [0, 1, 2, 1.5, -1, null, null, undefined],
  };
  return Array.from({ length: given }, () => oneOf(rng, choices[method]));
}

function assertSameFields({ ours, theirs }: Pair, label: string): void {
  assert.is(ours.data, theirs.data, label);
  for (const field of ['shape', 'stride', 'offset', 'dtype', 'dimension', 'size', 'order'] as const) {
    assert.equal(ours[field], theirs[field], `${label}: ${field}`);
  }
}

function assertSameEntries({ ours, theirs }: Pair, rng: Random, label: string): void {
  for (let i = 0; i < 3; i++) {
    const at = ours.shape.map((n) => rng.integer(Math.max(n, 1)));
    assert.is(ours.index(...at), theirs.index(...at), `${label}: index ${at}`);
    assert.is(ours.get(...at), theirs.get(...at), `${label}: get ${at}`);
    const value = rng.integer(100);
    assert.is(ours.set(...at, value), theirs.set(...at, value), `${label}: set ${at}`);
    assert.is(theirs.get(...at), ours.get(...at), `${label}: after set ${at}`);
  }
}

for (const dtype of Object.keys(DATA)) {
  test(`views over ${dtype} of 0 to ${HIGHEST_RANK} axes have the fields and methods of ndarray`, () => {
    for (let rank = 0; rank <= HIGHEST_RANK; rank++) {
      for (let chain = 0; chain < CHAINS; chain++) {
        const seed = 1000 * rank + chain;
        const rng = new Random(seed);
        let pair = drawPair(dtype, rank, rng);
        let label = `seed ${seed}, rank ${rank}`;
        assertSameFields(pair, label);
        for (let link = 0; link < 4; link++) {
          const axes = pair.ours.shape.length;
          const methods: Method[] = ['hi', 'lo', 'step', 'transpose', 'pick'];
          // Without axes ndarray's pick gives an array without entries, which nothing here makes or takes.
          const method = oneOf(rng, axes === 0 ? methods.slice(0, -1) : methods);
          const args = drawArguments(method, axes, rng) as number[];
          label += `, ${method}(${args})`;
          const next = { ours: pair.ours[method](...args), theirs: pair.theirs[method](...args) };
          assert.is.not(next.ours, pair.ours, label);
          pair = next;
          assertSameFields(pair, label);
          assertSameEntries(pair, rng, label);
        }
      }
    }
  });
}

test('a missing index reads nothing, as in ndarray', () => {
  const data = Float64Array.of(1, 2, 3, 4);
  for (const shape of [[4], [2, 2], [2, 2, 1], [2, 1, 2, 1]]) {
    const [ours, theirs] = [view(data, shape, [1, 1, 1, 1].slice(0, shape.length), 0), ndarray(data, shape)];
    assert.is(ours.get(), undefined);
    assert.is(ours.get(), theirs.get());
  }
});

test('a view without axes stands for its entry in arithmetic, and only it', () => {
  assert.is((view(Float64Array.of(5, 7), [], [], 1) as unknown as number) + 1, 8);
  const row = view(Float64Array.of(5), [1], [1], 0);
  assert.is(row.valueOf(), row);
});

test('a view keeps lists of its own for shape and stride', () => {
  for (let rank = 0; rank <= 5; rank++) {
    const [shape, stride] = [new Array<number>(rank).fill(1), new Array<number>(rank).fill(1)];
    const made = view(new Float64Array(1), shape, stride, 0);
    assert.is.not(made.shape, shape);
    assert.is.not(made.stride, stride);
    const other = made.hi();
    other.shape.fill(7);
    other.stride.fill(7);
    assert.equal([made.shape, made.stride], [shape, stride]);
  }
});

test('the own fields of a view are those of ndarray, for what copies or prints them', () => {
  const [shape, stride, data] = [[2, 1], [1, 1], Float32Array.of(1, 2)];
  const [ours, theirs] = [view(data, shape, stride, 0), ndarray(data, shape, stride, 0)];
  assert.equal(Object.keys(ours), Object.keys(theirs));
  assert.is(JSON.stringify(ours), JSON.stringify(theirs));
});

test.run();

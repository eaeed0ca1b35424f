/**
 * sigmoid and tanh of assembly/math.ts over the whole range of both types, and exp, which is there for
 * float64 and what is not positive, with products and sums rounded apart and fused.
 *
 * The reference of float32 is the correctly rounded result, from double precision. That of float64 is
 * Math.exp and Math.tanh, which are good to 1 ulp themselves.
 */

import type { FloatData } from '@retrograd/arrays';
import { type Block, type SequenceKernels, wasmKernels } from '@retrograd/kernels';
import { coreCode, crossEntropyCode } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

type Name = 'exp' | 'sigmoid' | 'tanh';
type Map = (n: number, x: number, out: number) => void;

interface Module extends Record<`${'sigmoid' | 'tanh'}${32 | 64}`, Map> {
  crossEntropy64(N: number, V: number, x: number, rows: number, scale: number, wanted: boolean): void;
}

/** The module with products and sums rounded apart, and with fused ones where this machine has them. */
const sets = [false, true].map((relaxed) => {
  const sequence = wasmKernels({ relaxed })?.sequence as SequenceKernels;
  const exports = [coreCode, crossEntropyCode].map((code) => sequence.module<Module>(code));
  const module = Object.assign({}, ...exports) as Module;
  return { sequence, module, rounding: relaxed ? 'fused' : 'apart' };
});
let { sequence, module } = sets[0];

/** Has the tests that follow compute with one of the sets. */
function on<Arguments extends unknown[]>(
  set: (typeof sets)[number],
  run: (...args: Arguments) => void,
): (...args: Arguments) => void {
  return (...args) => {
    ({ sequence, module } = set);
    run(...args);
  };
}

/** All x through a function of the module, `chunk` at a time. */
function apply<Data extends FloatData>(name: Name, x: Data): Data {
  const wide = x instanceof Float64Array;
  const out = x.slice();
  const chunk = 1 << 16;
  const block: Block = sequence.take(wide ? 'float64' : 'float32', Math.min(chunk, x.length) + 1);
  for (let at = 0; at < x.length; at += chunk) {
    const part = x.subarray(at, at + chunk);
    block.data.set(part);
    if (name === 'exp') exponentials(block, part.length);
    else module[`${name}${wide ? 64 : 32}`](part.length, block.pointer(0), block.pointer(0));
    out.set(block.data.subarray(0, part.length), at);
  }
  sequence.give(block);
  return out as Data;
}

/** e^x in place for n entries, none above 0: a row of logits of which the largest, after them, is 0. */
function exponentials(block: Block, n: number): void {
  block.data[n] = 0;
  const rows = sequence.take('float64', 2);
  rows.data.fill(0);
  module.crossEntropy64(1, n + 1, block.pointer(0), rows.pointer(0), 1, false);
  sequence.give(rows);
}

const sigmoid = (x: number): number => {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
};

const references: Record<Name, (x: number) => number> = { exp: Math.exp, sigmoid, tanh: Math.tanh };

// Floats of one sign are ordered as their bits are, so a distance in ulp is a difference of integers.
const [one32, bits32] = viewPair(Float32Array, Int32Array);
const [one64, bits64] = viewPair(Float64Array, BigInt64Array);

function viewPair<F, I>(Float: new (b: ArrayBuffer) => F, Integer: new (b: ArrayBuffer) => I): [F, I] {
  const buffer = new ArrayBuffer(8);
  return [new Float(buffer), new Integer(buffer)];
}

function place32(x: number): number {
  one32[0] = x;
  return bits32[0] < 0 ? -(bits32[0] & 0x7fffffff) : bits32[0];
}

function place64(x: number): bigint {
  one64[0] = x;
  return bits64[0] < 0n ? -(bits64[0] & 0x7fffffffffffffffn) : bits64[0];
}

const distance32 = (a: number, b: number): number => Math.abs(place32(a) - place32(b));
const distance64 = (a: number, b: number): number =>
  a === b ? 0 : Math.abs(Number(place64(a) - place64(b)));

/** The worst error over all x, in ulp; NaN must stay NaN and nothing else become it. */
function worst(name: Name, x: FloatData): { ulp: number; at: number } {
  const got = apply(name, x);
  const reference = references[name];
  const wide = x instanceof Float64Array;
  let found = { ulp: 0, at: 0 };
  for (let i = 0; i < x.length; i++) {
    const wanted = wide ? reference(x[i]) : Math.fround(reference(x[i]));
    if (Number.isNaN(wanted) || Number.isNaN(got[i])) {
      if (!Object.is(got[i], wanted)) assert.unreachable(`${name}(${x[i]}) is ${got[i]}, expected ${wanted}`);
      continue;
    }
    const ulp = wide ? distance64(got[i], wanted) : distance32(got[i], wanted);
    if (ulp > found.ulp) found = { ulp, at: x[i] };
  }
  return found;
}

/** Bit patterns of float32, every `step`-th, both signs, NaNs and infinities too. */
function patterns(step: number): Float32Array {
  const bits = new Uint32Array(Math.ceil(2 ** 32 / step));
  for (let i = 0; i < bits.length; i++) bits[i] = i * step;
  return new Float32Array(bits.buffer);
}

/** The `count` floats on both sides of each point, of both signs. */
function around32(points: readonly number[], count: number): Float32Array {
  const values: number[] = [];
  for (const point of points.flatMap((p) => [p, -p])) {
    one32[0] = point;
    const centre = bits32[0];
    for (let i = -count; i <= count; i++) {
      bits32[0] = centre + i;
      values.push(one32[0]);
    }
  }
  return new Float32Array(values);
}

function around64(points: readonly number[], count: number): Float64Array {
  const values: number[] = [];
  for (const point of points.flatMap((p) => [p, -p])) {
    one64[0] = point;
    const centre = bits64[0];
    for (let i = -count; i <= count; i++) {
      bits64[0] = centre + BigInt(i);
      values.push(one64[0]);
    }
  }
  return new Float64Array(values);
}

const LN2 = Math.LN2;
/**
 * Where something changes: the ends of the range, where the exponent of the result steps, where halves meet.
 */
const POINTS_32 = [
  ...[2 ** -149, 2 ** -126, 2 ** -24, 1e-10, 0.5 * LN2, 0.25 * LN2, LN2, 1, 10, 9.0109, 17, 20],
  ...[87.3365, 88.3763, 88.7228, 89, 103.2789, 103.9721, 104, 126.5 * LN2, 127.5 * LN2, 3.4e38],
];
const POINTS_64 = [
  ...[5e-324, 2 ** -1022, 2 ** -53, 1e-10, 0.5 * LN2, 0.25 * LN2, LN2, 1, 10, 19.0615, 22, 36.7368, 44],
  ...[708.3964, 709.436, 709.7827, 710, 744.44, 745, 745.1332, 746, 1e3, 1e300, Number.MAX_VALUE],
];

/** Dense samples of float64: uniform where the functions bend, and all magnitudes. */
function samples64(): Float64Array {
  const values: number[] = [];
  for (let i = -100_000; i <= 100_000; i++) values.push(i * 0.0075 + 1e-5 * (i % 7), i * 3.0123e-5);
  for (let e = -1074; e < 1024; e++) {
    for (const m of [1, 1.1, 1.41, 1.75, 1.9999999999999998]) {
      values.push(m * 2 ** e, -m * 2 ** e);
    }
  }
  values.push(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  return new Float64Array(values);
}

/** The bounds that hold, in ulp; the promise to users is 4. */
const BOUNDS: Record<Name, { float32?: number; float64: number }> = {
  exp: { float64: 1 },
  sigmoid: { float32: 2, float64: 2 },
  tanh: { float32: 2, float64: 4 },
};

const RANGES: Record<Name, [low: number, high: number]> = { exp: [0, 1], sigmoid: [0, 1], tanh: [-1, 1] };

const NAMES = ['exp', 'sigmoid', 'tanh'] as const;

/** The types that a function is there for. */
const typesOf = (name: Name) => (name === 'exp' ? [Float64Array] : [Float32Array, Float64Array]);

/** What a function is there for. */
const given = (name: Name, x: FloatData): FloatData => (name === 'exp' ? x.filter((v) => !(v > 0)) : x);

for (const set of sets) {
  for (const name of NAMES) {
    const bound = BOUNDS[name];
    const [low, high] = RANGES[name];
    const which = `${name} (${set.rounding})`;

    if (bound.float32 !== undefined) {
      test(
        `${which} in float32 is within ${bound.float32} ulp over the bit patterns of the whole range`,
        on(set, () => {
          for (const x of [patterns(1009), around32(POINTS_32, 3000)]) {
            const { ulp, at } = worst(name, x);
            assert.ok(ulp <= (bound.float32 as number), `${name}(${at}) is ${ulp} ulp off`);
          }
        }),
      );
    }

    test(
      `${which} in float64 is within ${bound.float64} ulp of Math, at all magnitudes`,
      on(set, () => {
        for (const x of [samples64(), around64(POINTS_64, 500)]) {
          const { ulp, at } = worst(name, given(name, x));
          assert.ok(ulp <= bound.float64, `${name}(${at}) is ${ulp} ulp off`);
        }
      }),
    );

    test(
      `${which} stays within [${low}, ${high}] and reaches both ends`,
      on(set, () => {
        const narrow = name === 'exp' ? [] : [patterns(100_003), around32(POINTS_32, 50)];
        for (const all of [...narrow, samples64(), around64(POINTS_64, 50)]) {
          const x = given(name, all);
          const y = apply(name, x);
          for (let i = 0; i < x.length; i++) {
            if (Number.isNaN(x[i])) continue;
            if (!(y[i] >= low && y[i] <= high)) assert.unreachable(`${name}(${x[i]}) is ${y[i]}`);
          }
        }
        for (const Data of typesOf(name)) {
          const [least, most] = name === 'exp' ? [-1e30, -0] : [-1e30, 1e30];
          const ends = [Number.NEGATIVE_INFINITY, least, most];
          assert.equal([...apply(name, new Data(ends))], [low, low, high]);
        }
      }),
    );

    test(
      `${which} never falls where it saturates`,
      on(set, () => {
        // Neighbouring floats, from well inside to well after the last change.
        const ends32 = { exp: [-104.5, -86.5], sigmoid: [14, 18], tanh: [8, 11] }[name];
        const ends64 = { exp: [-746.5, -744], sigmoid: [35, 38], tanh: [18, 23] }[name];
        for (const Data of typesOf(name)) {
          const [from, to] = Data === Float32Array ? ends32 : ends64;
          const x = new Data(100_000).map((_, i) => from + ((to - from) * i) / 100_000);
          for (const sign of name === 'exp' ? [1] : [1, -1]) {
            const y = apply(name, x.map((v) => sign * v) as FloatData);
            for (let i = 1; i < x.length; i++) {
              const rises = sign > 0 ? y[i] >= y[i - 1] : y[i] <= y[i - 1];
              // One unit of rounding is allowed where the function still changes, none once it has arrived.
              if (rises) continue;
              const arrived = y[i - 1] === low || y[i - 1] === high;
              const step =
                x instanceof Float32Array ? distance32(y[i], y[i - 1]) : distance64(y[i], y[i - 1]);
              if (arrived || step > 1) {
                assert.unreachable(`${name} falls from ${y[i - 1]} to ${y[i]} at ${sign * x[i]}`);
              }
            }
          }
        }
      }),
    );
  }

  test(
    `0, -0, NaN and the ends come out as Math has them (${set.rounding})`,
    on(set, () => {
      const special = [0, -0, Number.NaN, Number.NEGATIVE_INFINITY];
      for (const name of NAMES) {
        for (const Data of typesOf(name)) {
          const x = name === 'exp' ? special : [...special, Number.POSITIVE_INFINITY];
          const got = [...apply(name, new Data(x))];
          x.forEach((v, i) => {
            assert.ok(Object.is(got[i], references[name](v)), `${name}(${v}) is ${got[i]}`);
          });
        }
      }
    }),
  );

  test(
    `a result does not depend on its place in a vector, nor on how many are computed (${set.rounding})`,
    on(set, () => {
      for (const name of NAMES) {
        for (const Data of typesOf(name)) {
          const x = new Data(23).map((_, i) => Math.sin(i) * 12 - (name === 'exp' ? 12 : 0)) as FloatData;
          const whole = apply(name, x);
          for (let n = 0; n <= x.length; n++) {
            for (const from of [0, 1, 2, 3]) {
              const part = apply(name, x.slice(from, from + n));
              assert.equal([...part], [...whole.subarray(from, from + n)], `${name}, ${n} from ${from}`);
            }
          }
        }
      }
    }),
  );
}

test('nothing after the last entry is written', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    for (const name of ['sigmoid', 'tanh'] as const) {
      for (let n = 0; n < 9; n++) {
        const block = sequence.take(dtype, 16);
        block.data.fill(5);
        module[`${name}${dtype === 'float64' ? 64 : 32}`](n, block.pointer(2), block.pointer(2));
        const kept = [...block.data].map((v) => v === 5);
        assert.equal(
          kept,
          Array.from({ length: 16 }, (_, i) => i < 2 || i >= 2 + n),
        );
        sequence.give(block);
      }
    }
  }
});

test.run();

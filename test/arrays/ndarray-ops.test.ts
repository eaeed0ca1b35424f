/**
 * An oracle of other hands: the element-wise functions, copies and reductions of scijs' ndarray-ops, on every kind of view.
 * The library itself does without it (see docs/design.md).
 */
import * as k from '@retrograd/arrays';
import ops from 'ndarray-ops';
import { test } from 'uvu';
import { assertSameBits } from '../support/assert-arrays.js';
import { viewsOf } from '../support/views.js';

type Binary = 'add' | 'sub' | 'mul' | 'div' | 'pow';
type Unary = 'neg' | 'exp' | 'log' | 'sqrt' | 'abs';

const DTYPES = ['float64', 'float32'] as const;
const SHAPES = [[1], [7], [3, 4], [2, 3, 5]];

const positive = (shape: number[], seed: number, dtype: k.Dtype): k.NdArray =>
  k.randomUniform(shape, { low: 0.1, high: 3, seed, dtype });

test('element-wise functions of two arrays give the bits of ndarray-ops on every kind of view', () => {
  for (const name of ['add', 'sub', 'mul', 'div', 'pow'] as Binary[]) {
    for (const dtype of DTYPES) {
      for (const [i, shape] of SHAPES.entries()) {
        const [a, b] = [positive(shape, 2 * i, dtype), positive(shape, 2 * i + 1, dtype)];
        for (const { name: kind, view } of viewsOf(a)) {
          const expected = k.zeros(shape, { dtype });
          ops[name](expected, view, b);
          assertSameBits(k[name](view, b), expected, `${name}, ${dtype}, [${shape}], ${kind}`);
        }
      }
    }
  }
});

test('element-wise functions of one array give the bits of ndarray-ops on every kind of view', () => {
  for (const name of ['neg', 'exp', 'log', 'sqrt', 'abs'] as Unary[]) {
    for (const dtype of DTYPES) {
      for (const [i, shape] of SHAPES.entries()) {
        for (const { name: kind, view } of viewsOf(positive(shape, i, dtype))) {
          const expected = k.zeros(shape, { dtype });
          ops[name](expected, view);
          assertSameBits(k[name](view), expected, `${name}, ${dtype}, [${shape}], ${kind}`);
        }
      }
    }
  }
});

test('copies, sums and largest entries are those of ndarray-ops', () => {
  for (const dtype of DTYPES) {
    for (const [i, shape] of SHAPES.entries()) {
      // Integers, so that no order of summation matters.
      const x = k.randomUniform(shape, { low: -50, high: 50, seed: i, dtype });
      ops.roundeq(x);
      for (const { name: kind, view } of viewsOf(x)) {
        const label = `${dtype}, [${shape}], ${kind}`;
        const expected = k.zeros(shape, { dtype });
        ops.assign(expected, view);
        assertSameBits(k.copy(view), expected, `copy, ${label}`);
        assertSameBits(k.sum(view), k.full([], ops.sum(view), { dtype }), `sum, ${label}`);
        assertSameBits(k.max(view), k.full([], ops.sup(view), { dtype }), `max, ${label}`);
      }
    }
  }
});

test.run();

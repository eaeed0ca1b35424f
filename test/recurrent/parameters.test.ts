/**
 * The parameters of the three classes: initial values, the spec's names as views, and the ways in and out.
 */
import { copy, type NdArray, Random, transpose, view, zeros } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { type Case, loaded, randomCase } from '../support/layer-cases.js';
import { type Arrays, LAYERS, type LayerEntry } from '../support/layer-table.js';

const arraysIn = (dict: object): NdArray[] => Object.values(dict);

const call = (fn: unknown, self: unknown, ...args: unknown[]): unknown =>
  (fn as (...args: unknown[]) => unknown).apply(self, args);

const SIZES = { B: 2, T: 3, I: 4, H: 5 };

for (const layer of LAYERS) {
  const { name, className } = layer;
  const some = (seed: number, sizes = SIZES): Case => randomCase(layer, sizes, seed);

  test(`${className}: initial values are Glorot's, biases 0${name === 'lstm' ? ', the forget bias 1' : ''}`, () => {
    const [I, H] = [60, 40];
    const made = layer.make(I, H, { seed: 7 });
    assert.is(made.inputSize, I);
    assert.is(made.hiddenSize, H);
    assert.is(made.dtype, 'float64');
    assert.equal(Object.keys(made.getParams()), [...layer.params]);
    for (const [param, value] of Object.entries(made.stateDict())) {
      assert.equal(value.shape, layer.shapeOf(param, I, H));
      const data = [...copy(value).data];
      if (param[0] === 'b') {
        assert.ok(
          data.every((v) => v === (param === 'b_f' ? 1 : 0)),
          param,
        );
        continue;
      }
      const limit = Math.sqrt(6 / (value.shape[0] + H));
      const largest = Math.max(...data.map(Math.abs));
      const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
      const variance = data.reduce((sum, v) => sum + v * v, 0) / data.length;
      assert.ok(largest <= limit && largest > 0.98 * limit, `${param}: largest ${largest}, limit ${limit}`);
      assert.ok(Math.abs(mean) < 0.05 * limit, `${param}: mean ${mean}`);
      assert.ok(Math.abs(variance / (limit * limit) - 1 / 3) < 0.03, `${param}: variance ${variance}`);
    }
  });

  test(`${className}: a seed or a generator fixes the initial values, 'zeros' skips them`, () => {
    const bits = (options: object): number[] =>
      layer
        .make(3, 4, options)
        .parameters()
        .flatMap((p) => [...p.value.data]);
    assert.equal(bits({ seed: 5 }), bits({ seed: 5 }));
    assert.equal(bits({ seed: 5 }), bits({ rng: new Random(5) }));
    assert.not.equal(bits({ seed: 5 }), bits({ seed: 6 }));
    assert.not.equal(bits({}), bits({}));
    assert.ok(bits({ init: 'zeros' }).every((v) => v === 0));
    const rng = new Random(5);
    const before = rng.getState();
    layer.make(3, 4, { init: 'zeros', rng });
    assert.equal(rng.getState(), before, "'zeros' draws nothing");
  });

  test(`${className}: the spec's names are views, and writing into one changes the layer`, () => {
    const each = some(5);
    const made = loaded(layer, each);
    const { H, I } = each;
    assert.equal(made.W.shape, [H + I, layer.gates * H]);
    assert.equal(made.b.shape, [layer.gates * H]);
    assert.equal(
      made.namedParameters().map(([key]) => key),
      ['W', 'b'],
    );
    assert.equal(made.parameters(), [made.W, made.b]);
    for (const param of layer.params) {
      const before = call(made.forward, made, each.x) as NdArray;
      const own = (made as unknown as Arrays)[param];
      assertSameBits(copy(own), each.params[param], param);
      own.set(...(own.shape.map(() => 0) as [number]), 2.5);
      assert.is((made.getParams() as unknown as Arrays)[param].data[own.offset], 2.5);
      assert.is(made.stateDict()[param].data[own.offset], 2.5);
      assert.ok(
        [made.W, made.b].some((p) => p.value.data === own.data),
        `${param} is a view of W or b`,
      );
      const after = call(made.forward, made, each.x) as NdArray;
      assert.not.equal([...after.data], [...before.data], `${param} must matter`);
    }
  });

  test(`${className}: writing into a weight between forward and backward does not mix two layers in one gradient`, () => {
    const each = some(6);
    const [made, untouched] = [loaded(layer, each), loaded(layer, each)];
    call(made.forward, made, each.x);
    call(untouched.forward, untouched, each.x);
    for (const param of layer.params) (made as unknown as Arrays)[param].set(0, 0, 7);
    assertSameBits(made.backward(each.grad_h_all), untouched.backward(each.grad_h_all), 'grad_x');
  });

  test(`${className}: parameters go in by copy and come out again, from any view`, () => {
    const each = some(7);
    const set = (made: ReturnType<LayerEntry['make']>, params: Arrays): void => {
      call(made.setParams, made, ...(name === 'rnn' ? layer.params.map((p) => params[p]) : [params]));
    };
    const turned = (x: NdArray): NdArray =>
      x.shape.length === 1
        ? view(copy(x).data.reverse(), x.shape, [-1], x.size - 1)
        : transpose(copy(transpose(x)));
    const puts: Record<string, (made: ReturnType<LayerEntry['make']>, params: Arrays) => void> = {
      setParams: set,
      loadStateDict: (made, params) => made.loadStateDict(params),
    };
    for (const [method, put] of Object.entries(puts)) {
      const made = layer.make(each.I, each.H, { seed: 1 });
      const given = Object.fromEntries(Object.entries(each.params).map(([key, p]) => [key, turned(p)]));
      put(made, given);
      for (const p of Object.values(given)) p.data.fill(99);
      for (const param of layer.params)
        assertSameBits(copy(made.stateDict()[param]), each.params[param], `${method}, ${param}`);
      put(made, { ...made.getParams() } as unknown as Arrays);
      for (const param of layer.params)
        assertSameBits(copy(made.stateDict()[param]), each.params[param], `${method} of its own`);
    }
    const made = loaded(layer, each);
    const other = layer.make(each.I, each.H, { seed: 2 });
    other.loadStateDict(made.stateDict());
    assertSameBits(
      call(other.forward, other, each.x) as NdArray,
      call(made.forward, made, each.x) as NdArray,
      'a loaded layer',
    );
  });

  test(`${className}: views of the layer's own memory may be given back in another place`, () => {
    const each = some(8, { B: 1, T: 1, I: 5, H: 5 });
    const made = loaded(layer, each);
    const square = (x: NdArray): boolean => x.shape.length === 2 && x.shape[0] === x.shape[1];
    const own = made.stateDict();
    // The weights one place on, and transposed where they are square; the biases one place on.
    const shifted = (letter: string): [string, NdArray][] => {
      const names = layer.params.filter((p) => p[0] === letter);
      return names.map((p, i) => {
        const from = own[names[(i + 1) % names.length]];
        return [p, square(from) ? transpose(from) : from];
      });
    };
    const given = Object.fromEntries([...shifted('W'), ...shifted('b')]);
    const expected = Object.fromEntries(Object.entries(given).map(([key, p]) => [key, copy(p)]));
    made.loadStateDict(given);
    for (const param of layer.params) assertSameBits(copy(made.stateDict()[param]), expected[param], param);
  });

  test(`${className}: gradients of an earlier backward stay as they were`, () => {
    const each = some(9);
    const made = loaded(layer, each);
    call(made.forward, made, each.x);
    made.backward(each.grad_h_all);
    const first = made.getGradients() as unknown as Arrays;
    const before = Object.values(first).map((g) => copy(g));
    made.backward(zeros(each.grad_h_all.shape));
    Object.values(first).forEach((g, i) => assertSameBits(copy(g), before[i], 'kept'));
    for (const g of arraysIn(made.getGradients())) assert.ok(copy(g).data.every((v) => v === 0));
  });
}

test.run();

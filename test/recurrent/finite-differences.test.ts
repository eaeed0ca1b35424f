/**
 * Every gradient of every implementation through a cell and through a sequence against central differences,
 * on random shapes: those of the input, of the initial states and of each parameter, with cotangents for all
 * hidden states and for the final states.
 */
import { type NdArray, Random } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../support/assert-arrays.js';
import { cellImplementations, sequenceImplementations } from '../support/implementations.js';
import { type Case, cellArgs, randomCase, randomSizes, sequenceArgs } from '../support/layer-cases.js';
import { assertSlopes, slopesOf } from '../support/layer-differences.js';
import { type Arrays, LAYERS, type LayerEntry } from '../support/layer-table.js';

export const kernels = 'all';

const SHAPES = 55;
const SMALL = { B: 3, T: 4, I: 4, H: 4 };
/** With more than 500 numbers, so that they are checked along random directions. */
const LARGE = { B: 5, T: 7, I: 9, H: 11 };

const casesOf = (layer: LayerEntry): Case[] =>
  Array.from({ length: SHAPES }, (_, seed) => {
    const sizes = seed % 11 === 10 ? LARGE : randomSizes(seed, SMALL);
    return randomCase(layer, sizes, seed);
  });

const named = (layer: LayerEntry, suffix: string, values: readonly NdArray[]): Arrays =>
  Object.fromEntries(layer.states.map((name, i) => [`${name}${suffix}`, values[i]]));

/** A case in which some of the arrays have been moved. */
const moved = (layer: LayerEntry, each: Case, inputs: Arrays, suffix: string): Case => ({
  ...each,
  x: inputs.x ?? each.x,
  x_t: inputs.x_t ?? each.x_t,
  state: layer.states.map((name) => inputs[`${name}${suffix}`]),
  params: Object.fromEntries(layer.params.map((name) => [name, inputs[name]])),
});

for (const layer of LAYERS) {
  const { name, fns } = layer;
  const n = layer.states.length;

  test(`the gradients of a ${name} step agree with differences, in every implementation`, () => {
    for (const each of casesOf(layer)) {
      const inputs = { x_t: each.x_t, ...named(layer, '_prev', each.state), ...each.params };
      const run = (at: Arrays) =>
        (fns.cellForward(...cellArgs(layer, moved(layer, each, at, '_prev'))) as NdArray[]).slice(0, n);
      const outputs = run(inputs);
      const slopes = slopesOf({ run, weights: each.grad_state, inputs }, new Random(each.B));
      for (const [implementation, take] of Object.entries(cellImplementations(layer))) {
        const got = take(each.x_t, each.state, each.params, each.grad_state);
        got.outputs.forEach((y, i) =>
          assertClose(y, outputs[i], `${each.title}, ${implementation}, ${layer.states[i]}_t`),
        );
        assert.equal(Object.keys(got.grads).sort(), Object.keys(inputs).sort());
        assertSlopes(got.grads, slopes, `${each.title}, ${implementation}`);
      }
    }
  });

  test(`the gradients of a ${name} sequence agree with differences, in every implementation`, () => {
    let large = 0;
    for (const each of casesOf(layer)) {
      const inputs = { x: each.x, ...named(layer, '_0', each.state), ...each.params };
      const run = (at: Arrays) =>
        (fns.forward(...sequenceArgs(layer, moved(layer, each, at, '_0'))) as NdArray[]).slice(0, 1 + n);
      const outputs = run(inputs);
      const weights = [each.grad_h_all, ...each.grad_state];
      const slopes = slopesOf({ run, weights, inputs }, new Random(each.B));
      if (typeof slopes[0].along !== 'number') large++;
      for (const [implementation, take] of Object.entries(sequenceImplementations(layer))) {
        const got = take(each.x, each.state, each.params, each.grad_h_all, each.grad_state);
        assertClose(got.h_all, outputs[0], `${each.title}, ${implementation}, h_all`);
        got.final.forEach((y, i) => {
          assertClose(y, outputs[1 + i], `${each.title}, ${implementation}, ${layer.states[i]}_final`);
        });
        // The class on arrays gives no gradient of the initial states.
        const missing = Object.keys(inputs).filter((key) => !(key in got.grads));
        assert.equal(missing, implementation === 'class on arrays' ? layer.states.map((s) => `${s}_0`) : []);
        assertSlopes(got.grads, slopes, `${each.title}, ${implementation}`);
      }
    }
    assert.ok(large >= 5, `only ${large} cases along random directions`);
  });
}

test.run();

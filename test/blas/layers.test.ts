import { type NdArray, Random, randomNormal } from '@retrograd/arrays';
import { blasKernels } from '@retrograd/blas/use';
import { plainKernels, useKernels } from '@retrograd/kernels';
import type { WasmSequence } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '../support/assert-arrays.js';
import { libraries, tellSkipped } from '../support/blas/libraries.js';
import { sequenceImplementations, stepByStep } from '../support/implementations.js';
import { LAYERS, type SequenceRun } from '../support/layer-table.js';

tellSkipped(test);

function using<R>(kernels: Parameters<typeof useKernels>[0], fn: () => R): R {
  const before = useKernels(kernels);
  try {
    return fn();
  } finally {
    useKernels(before);
  }
}

function assertRuns(actual: SequenceRun, expected: SequenceRun, message: string): void {
  assertClose(actual.h_all, expected.h_all, `${message}: h_all`);
  actual.final.forEach((state, i) => assertClose(state, expected.final[i], `${message}: final state ${i}`));
  for (const [name, value] of Object.entries(actual.grads)) {
    assertClose(value, expected.grads[name], `${message}: gradient of ${name}`, { rtol: 1e-12, atol: 1e-12 });
  }
}

for (const layer of LAYERS) {
  const { name, params, shapeOf } = layer;
  for (const [B, T, I, H] of [
    [5, 6, 7, 9],
    [1, 4, 20, 24],
    [3, 2, 1, 1],
  ]) {
    const rng = new Random(13);
    const normal = (...shape: number[]): NdArray => randomNormal(shape, { rng });
    const p = Object.fromEntries(params.map((param) => [param, normal(...shapeOf(param, I, H))]));
    const state = layer.states.map(() => normal(B, H));
    const args = [normal(B, T, I), state, p, normal(B, T, H), layer.states.map(() => normal(B, H))] as const;

    for (const library of libraries) {
      for (const always of [true, false]) {
        const title = `${library}${always ? ', always' : ''}, B ${B}, T ${T}, I ${I}, H ${H}`;
        test(`${name} computes with a library what it computes without, in every implementation: ${title}`, () => {
          const kernels = blasKernels({ library, always });
          const wanted = using(plainKernels, () => layer.sequenceByHand(...args, false));
          for (const [implementation, run] of Object.entries(sequenceImplementations(layer))) {
            assertRuns(
              using(kernels, () => run(...args)),
              wanted,
              implementation,
            );
          }
          const { steps, final } = using(kernels, () => stepByStep(layer, args[0], state, p));
          assert.is(steps.length, T);
          final.forEach((value, i) => assertClose(value, wanted.final[i], `step by step: state ${i}`));
        });
      }
    }
  }
}

for (const library of libraries) {
  test(`the workspace does not grow from one training step to the next: ${library}`, () => {
    using(blasKernels({ library, always: true }), () => {
      const { memory } = blasKernels({ library, always: true }).sequence as WasmSequence;
      const layer = LAYERS[1].make(8, 8, { seed: 1 });
      const x = randomNormal([4, 5, 8], { seed: 2 });
      const train = () => layer.backward(layer.forward(x) as NdArray);
      for (let i = 0; i < 3; i++) train();
      const size = memory.memory.buffer.byteLength;
      for (let i = 0; i < 500; i++) train();
      assert.is(memory.memory.buffer.byteLength, size);
    });
  });
}

test.run();

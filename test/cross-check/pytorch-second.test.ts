/**
 * Second derivatives against PyTorch: products of Hessians with vectors, through the ops, through short
 * sequences composed of them, and through the lifted cell and the lifted sequence, which go through their
 * composed twins.
 */

import type { NdArray } from '@retrograd/arrays';
import { add, crossEntropy, grad, mul, parameter, sum, type Tensor, tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';
import { scanned } from '../support/implementations.js';
import {
  type Arrays,
  LAYERS,
  type LayerEntry,
  type LayerName,
  type Tensors,
} from '../support/layer-table.js';
import { applyOp, type OpArgs } from '../support/op-table.js';

export const kernels = 'all';

interface OpCase {
  kind: 'op';
  op: string;
  args: OpArgs;
  inputs: NdArray[];
  cotangent: NdArray;
  vectors: NdArray[];
  hvp: NdArray[];
}

interface SequenceCase {
  kind: 'sequence';
  cell: LayerName;
  T: number;
  inputs: Arrays;
  targets: NdArray;
  loss: number;
  vectors: Arrays;
  hvp: Arrays;
}

const TOLERANCE = { rtol: 1e-12, atol: 1e-13 };

const cases = readFixtures<OpCase | SequenceCase>('second');

/** The gradient of the sum over inputs of <d(loss)/d(input), vector>. */
function hessianVector(loss: Tensor, inputs: Tensor[], vectors: NdArray[]): Tensor[] {
  const first = grad(loss, inputs, { createGraph: true });
  const products = first.map((g, i) => sum(mul(g, tensor(vectors[i]))));
  return grad(products, inputs);
}

for (const { op, args, inputs, cotangent, vectors, hvp } of cases.filter(
  (c): c is OpCase => c.kind === 'op',
)) {
  test(`the second derivative of ${op} on ${JSON.stringify(inputs.map((x) => x.shape))} is PyTorch's`, () => {
    const leaves = inputs.map((x) => parameter(x));
    const loss = sum(mul(applyOp(op, leaves, args) as Tensor, tensor(cotangent)));
    hessianVector(loss, leaves, vectors).forEach((got, i) => {
      closeTo(got, hvp[i], TOLERANCE, `${op}, input ${i}`);
    });
  });
}

/**
 * Cross entropy of h_all as logits, plus the sum of the squares of the final states: the loss of second.py.
 */
function lossOf(
  run: LayerEntry['sequence'],
  states: readonly string[],
  p: Tensors,
  targets: NdArray,
): Tensor {
  const [h_all, final] = run(
    p.x,
    states.map((name) => p[`${name}_0`]),
    p,
  );
  return final.reduce((total, s) => add(total, sum(mul(s, s))), crossEntropy(h_all, targets));
}

const sequences = cases.filter((c): c is SequenceCase => c.kind === 'sequence');

for (const layer of LAYERS) {
  const cell = layer.name;
  const implementations = {
    'composed equations under scan': scanned(layer.equations),
    'lifted cell under scan': scanned(layer.cell),
    'lifted sequence': layer.sequence,
  };
  for (const [implementation, run] of Object.entries(implementations)) {
    test(`second derivatives through the ${cell}, ${implementation}, are PyTorch's`, () => {
      const own = sequences.filter((each) => each.cell === cell);
      assert.is(own.length, 2);
      for (const { T, inputs, targets, loss, vectors, hvp } of own) {
        const p: Tensors = Object.fromEntries(Object.entries(inputs).map(([n, x]) => [n, parameter(x)]));
        const names = Object.keys(p);
        const y = lossOf(run, layer.states, p, targets);
        closeTo(y, loss, TOLERANCE, 'loss');
        const got = hessianVector(
          y,
          names.map((n) => p[n]),
          names.map((n) => vectors[n]),
        );
        names.forEach((n, i) => {
          closeTo(got[i], hvp[n], TOLERANCE, `T ${T}, H v of ${n}`);
        });
      }
    });
  }
}

test.run();

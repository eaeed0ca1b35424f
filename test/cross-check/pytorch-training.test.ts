/**
 * Training runs against PyTorch: the losses, gradient norms and final weights of 50 steps. The model of nn
 * (lifted sequences), the composed equations, and a loop without any graph must all draw PyTorch's learning
 * curve.
 */

import * as arrays from '@retrograd/arrays';
import { copy, type NdArray, reshape, slice, take, transpose, zeros } from '@retrograd/arrays';
import { addAt } from '@retrograd/arrays/internal';
import {
  add,
  backward,
  crossEntropy,
  embedding,
  matmul,
  parameter,
  scan,
  type Tensor,
} from '@retrograd/autograd';
import { Adam, globalNorm, type ModelState, RecurrentModel, SGD } from '@retrograd/nn';
import { clipGradients, sequenceLoss, sequenceLossBackward } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';
import { type Arrays, type LayerName, layerNamed, type Tensors } from '../support/layer-table.js';

export const kernels = 'all';

interface NextSymbol {
  kind: 'nextSymbol';
  cell: LayerName;
  V: number;
  E: number;
  H: number;
  lr: number;
  maxNorm: number;
  data: NdArray;
  start: Arrays;
  losses: number[];
  norms: number[];
  final: Arrays;
}

interface Truncated extends Omit<NextSymbol, 'kind'> {
  kind: 'truncated';
  T: number;
  chunks: number;
  passes: number;
  momentum: number;
  states: { h: NdArray; c: NdArray }[];
}

/** For losses and norms, each step; with the plain kernels they are within a tenth of it after 50 steps. */
const LOSSES = { rtol: 1e-12, atol: 1e-14 };
const WEIGHTS = { rtol: 1e-12, atol: 1e-14 };

const runs = readFixtures<NextSymbol | Truncated>('training');
const nextSymbol = runs.filter((run): run is NextSymbol => run.kind === 'nextSymbol');
const truncated = runs.find((run): run is Truncated => run.kind === 'truncated') as Truncated;

/** Columns `from` to `to` of the symbols (B, T). */
const columns = (data: NdArray, from: number, to: number): NdArray =>
  copy(slice(data, [null, [from, to, 1]]));

/** Replaces the gradients by the clipped ones, and gives their norm before. */
function clip(parameters: readonly Tensor[], maxNorm: number): number {
  const gradients = parameters.map((p) => p.grad as NdArray);
  const clipped = clipGradients(gradients, maxNorm);
  parameters.forEach((p, i) => {
    p.grad = clipped[i];
  });
  return globalNorm(gradients);
}

/** The fixture's names in the model's state dict. */
function modelName(name: string): string {
  if (name === 'embedding') return 'embedding.weight';
  if (name === 'W_head') return 'head.weight';
  if (name === 'b_head') return 'head.bias';
  const layer = name.match(/^layer(\d)\.(.*)$/);
  return layer ? `rnn.${layer[1]}.${layer[2]}` : `rnn.0.${name}`;
}

const modelNames = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, value]) => [modelName(name), value]));

function checkWeights(got: Arrays, expected: Arrays, label: string): void {
  assert.equal(Object.keys(got).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected))
    closeTo(got[name], value, WEIGHTS, `${label}, final ${name}`);
}

for (const run of nextSymbol) {
  const { cell, V, E, H, lr, maxNorm, data, start, losses, norms, final } = run;
  const layer = layerNamed(cell);
  const T = data.shape[1] - 1;
  const [inputs, targets] = [columns(data, 0, T), columns(data, 1, T + 1)];
  const layerNames = Object.keys(start).filter((name) => !['embedding', 'W_head', 'b_head'].includes(name));

  test(`50 steps of a ${cell} model of nn: every loss is PyTorch's`, () => {
    assert.is(losses.length, 50);
    const model = new RecurrentModel({ cell, inputSize: V, embeddingSize: E, hiddenSize: H });
    model.loadStateDict(modelNames(start));
    const parameters = model.parameters();
    const adam = new Adam(parameters, { lr });
    losses.forEach((expected, step) => {
      model.zeroGrad();
      const [logits] = model.forward(inputs);
      const loss = crossEntropy(logits, targets);
      backward(loss);
      closeTo(loss, expected, LOSSES, `loss of step ${step}`);
      closeTo(clip(parameters, maxNorm), norms[step], LOSSES, `norm of step ${step}`);
      adam.step();
    });
    checkWeights(model.stateDict(), modelNames(final), cell);
  });

  test(`50 steps of a ${cell} composed of primitives: every loss is PyTorch's`, () => {
    const p: Tensors = Object.fromEntries(Object.entries(start).map(([name, x]) => [name, parameter(x)]));
    const parameters = Object.values(p);
    const adam = new Adam(parameters, { lr });
    const zero = layer.states.map(() => parameter(zeros([inputs.shape[0], H])));
    losses.forEach((expected, step) => {
      for (const each of parameters) each.grad = null;
      const [, h_all] = scan<Tensor[]>(
        (state, x_t) => {
          const next = layer.equations(x_t, state, p);
          return [next, next[0]];
        },
        zero,
        embedding(p.embedding, inputs),
      );
      const loss = crossEntropy(add(matmul(h_all, p.W_head), p.b_head), targets);
      backward(loss);
      closeTo(loss, expected, LOSSES, `loss of step ${step}`);
      closeTo(clip(parameters, maxNorm), norms[step], LOSSES, `norm of step ${step}`);
      adam.step();
    });
    checkWeights(Object.fromEntries(Object.entries(p).map(([name, t]) => [name, t.value])), final, cell);
  });

  test(`50 steps of a ${cell} by hand, without a graph: every loss is PyTorch's`, () => {
    const p: Tensors = Object.fromEntries(Object.entries(start).map(([name, x]) => [name, parameter(x)]));
    const parameters = Object.values(p);
    const adam = new Adam(parameters, { lr });
    const B = inputs.shape[0];
    const zero = layer.states.map(() => zeros([B, H]));
    losses.forEach((expected, step) => {
      const values = Object.fromEntries(Object.entries(p).map(([name, t]) => [name, t.value]));
      const own = Object.fromEntries(layerNames.map((name) => [name, values[name]]));
      const x = take(values.embedding, inputs);
      const forward = (grad_h_all: NdArray) => layer.sequenceByHand(x, zero, own, grad_h_all, zero, false);
      const { h_all } = forward(zeros([B, T, H]));
      const logits = arrays.add(arrays.matmul(h_all, values.W_head), values.b_head);
      closeTo(sequenceLoss(logits, targets), expected, LOSSES, `loss of step ${step}`);

      const grad_logits = sequenceLossBackward(logits, targets);
      const rows = reshape(grad_logits, [B * T, V]);
      const { grads } = forward(arrays.matmul(grad_logits, transpose(values.W_head)));
      for (const name of layerNames) p[name].grad = grads[name];
      p.W_head.grad = arrays.matmul(transpose(reshape(h_all, [B * T, H])), rows);
      p.b_head.grad = arrays.sum(rows, 0);
      p.embedding.grad = addAt([V, E], inputs, grads.x);
      closeTo(clip(parameters, maxNorm), norms[step], LOSSES, `norm of step ${step}`);
      adam.step();
    });
    checkWeights(Object.fromEntries(Object.entries(p).map(([name, t]) => [name, t.value])), final, cell);
  });
}

test('truncated back-propagation through a two-layer LSTM, state carried and cut, follows PyTorch', () => {
  const { V, H, T, chunks, passes, lr, momentum, maxNorm, data, start, losses, norms, final, states } =
    truncated;
  assert.is(losses.length, chunks * passes);
  const model = new RecurrentModel({
    cell: 'lstm',
    inputSize: V,
    embeddingSize: 0,
    hiddenSize: H,
    layers: 2,
  });
  model.loadStateDict(modelNames(start));
  const parameters = model.parameters();
  const sgd = new SGD(parameters, { lr, momentum });
  let state: ModelState<Tensor> | undefined;
  losses.forEach((expected, step) => {
    const k = step % chunks;
    if (k === 0) state = undefined;
    model.zeroGrad();
    const [logits, after] = model.forward(columns(data, k * T, (k + 1) * T), state);
    state = after.map((layer) => layer.map((s) => s.detach()));
    const loss = crossEntropy(logits, columns(data, k * T + 1, (k + 1) * T + 1));
    backward(loss);
    closeTo(loss, expected, LOSSES, `loss of step ${step}`);
    closeTo(clip(parameters, maxNorm), norms[step], LOSSES, `norm of step ${step}`);
    sgd.step();
  });
  checkWeights(model.stateDict(), modelNames(final), 'two layers');
  states.forEach(({ h, c }, layer) => {
    closeTo((state as ModelState<Tensor>)[layer][0], h, LOSSES, `h of layer ${layer} at the end`);
    closeTo((state as ModelState<Tensor>)[layer][1], c, LOSSES, `c of layer ${layer} at the end`);
  });
});

test.run();

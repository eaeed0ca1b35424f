/**
 * What a content security policy forbids, ?forbids=code or ?forbids=code,wasm, the library does without by
 * itself: layers train and their gradients are right, with the bits of pages without a policy.
 */
import {
  Adam,
  backward,
  type Dtype,
  describeKernels,
  GRU,
  gradCheck,
  LSTM,
  mseLoss,
  type NdArray,
  Random,
  randomNormal,
  tensor,
  VanillaRNN,
} from 'retrograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tellBits } from '../support/browser/bits.js';
import { setting } from '../support/browser/setting.js';

/** What the page's policy stopped, as browsers report it. */
const violations: string[] = [];
document.addEventListener('securitypolicyviolation', ({ blockedURI }) => violations.push(blockedURI));

const forbids = setting('forbids')?.split(',') ?? [];
const LAYERS = { LSTM, GRU, VanillaRNN };
const DTYPES = ['float32', 'float64'] as const;
const [B, T, I, H] = [3, 5, 4, 6];
const STEPS = 40;

type Name = keyof typeof LAYERS;

function make(name: Name, dtype: Dtype) {
  const rng = new Random(3);
  return {
    layer: new LAYERS[name](I, H, { seed: 1, dtype }),
    x: randomNormal([B, T, I], { rng, dtype }),
    wanted: randomNormal([B, T, H], { rng, dtype, std: 0.3 }),
  };
}

/** The gradients of a layer's input and weights, by hand. */
function gradients(name: Name, dtype: Dtype): NdArray[] {
  const { layer, x, wanted } = make(name, dtype);
  layer.forward(x);
  return [layer.backward(wanted), ...(Object.values(layer.getGradients()) as NdArray[])];
}

test('the kernels are those that the policy allows, and say why', () => {
  const { name, why } = describeKernels();
  assert.is(name, forbids.includes('wasm') ? 'plain' : (setting('kernels') ?? 'wasm'));
  if (name === 'wasm') assert.match(why, /^WebAssembly SIMD with /);
  else if (forbids.includes('wasm')) {
    assert.is(why, 'plain TypeScript, because a content security policy forbids compiling WebAssembly');
  }
});

for (const name of Object.keys(LAYERS) as Name[]) {
  for (const dtype of DTYPES) {
    test(`${name} learns in ${dtype}`, () => {
      const { layer, x, wanted } = make(name, dtype);
      const optimizer = new Adam(layer.parameters(), { lr: 0.03 });
      const losses: number[] = [];
      for (let step = 0; step < STEPS; step++) {
        const loss = mseLoss(layer.forward(tensor(x))[0], wanted);
        losses.push(loss.item());
        backward(loss);
        optimizer.step();
        optimizer.zeroGrad();
      }
      assert.ok(losses[STEPS - 1] < 0.5 * losses[0], `from ${losses[0]} to ${losses[STEPS - 1]}`);
      const weights = layer.parameters().map(({ value }) => value);
      tellBits(`a small ${name} trained in ${dtype} on ${describeKernels().name}`, weights);
    });
  }

  test(`the gradients of ${name} are those of central differences, and in float32 those of float64`, () => {
    const { layer, x, wanted } = make(name, 'float64');
    const input = tensor(x, { requiresGrad: true });
    const { ok, checked } = gradCheck(
      () => mseLoss(layer.forward(input)[0], wanted),
      [input, ...layer.parameters()],
    );
    assert.ok(ok);
    assert.ok(checked > 100, `${checked} derivatives`);
    const exact = gradients(name, 'float64');
    for (const [i, { data }] of gradients(name, 'float32').entries()) {
      const largest = Math.max(...exact[i].data.map(Math.abs));
      data.forEach((value, j) => assert.ok(Math.abs(value - exact[i].data[j]) < 1e-5 * largest));
    }
  });
}

test('nothing was tried that the policy forbids, but to compile WebAssembly where that is not allowed', async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal([...new Set(violations)], forbids.includes('wasm') ? ['wasm-eval'] : []);
  // The policy is in force: what ndarray does would be stopped, and reported.
  const compile = () => new Function('return 1');
  if (forbids.includes('code')) assert.throws(compile, (error: unknown) => error instanceof EvalError);
  else compile();
});

test.run();

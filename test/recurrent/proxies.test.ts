/** Frameworks for user interfaces hand out objects wrapped in proxies, all the way down: a layer works there too. */

import { type NdArray, ones, randomNormal } from '@retrograd/arrays';
import { backward, sum, type Tensor, tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { LAYERS } from '../support/layer-table.js';

export const kernels = 'all';

/** What a framework makes of an object: plain objects, lists and instances of classes in proxies, as they are read. */
function watched<T>(value: T, seen = new WeakMap<object, object>()): T {
  if (typeof value !== 'object' || value === null) return value;
  if (!['[object Object]', '[object Array]'].includes(Object.prototype.toString.call(value))) return value;
  const known = seen.get(value);
  if (known !== undefined) return known as T;
  const proxy = new Proxy(value, {
    get: (target, key, self) => watched(Reflect.get(target, key, self), seen),
  });
  seen.set(value, proxy);
  return proxy;
}

for (const layer of LAYERS) {
  test(`${layer.className} wrapped in proxies: forward and backward twice, steps, and the graph`, () => {
    const own = layer.make(3, 4, { seed: 1 });
    const made = watched(layer.make(3, 4, { seed: 1 }));
    const x = randomNormal([2, 5, 3], { seed: 2 });
    for (let i = 0; i < 2; i++) {
      assertSameBits(made.forward(x) as NdArray, own.forward(x) as NdArray, 'forward');
      assertSameBits(made.backward(ones([2, 5, 4])), own.backward(ones([2, 5, 4])), 'backward');
    }
    for (const B of [1, 2, 2]) {
      const [h_t] = made.step(ones([B, 3]), made.zeroState(B));
      assertSameBits(h_t, own.step(ones([B, 3]))[0], `step of ${B}`);
    }
    const [h_all] = made.forward(tensor(x)) as Tensor[];
    backward(sum(h_all));
    assert.equal(made.W.grad?.shape, own.W.shape);
  });
}

test.run();

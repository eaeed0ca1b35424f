/**
 * Wrong calls of the three layers: the class of the error, its whole message with the right letters, and
 * nothing changed.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { randomCase } from '../support/layer-cases.js';
import { LAYERS } from '../support/layer-table.js';
import { SIZES, snapshot, type WrongCall } from '../support/wrong-calls.js';
import { classCalls } from '../support/wrong-class-calls.js';
import { functionCalls } from '../support/wrong-function-calls.js';

/** Asserts class and message, and gives the message back. */
function refused({ op, call, Class, message }: WrongCall): string {
  let thrown: unknown = 'nothing';
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  const wanted = `${op}: ${message}`;
  assert.is(thrown instanceof Error ? thrown.message : thrown, wanted);
  assert.instance(thrown, Class, wanted);
  assert.is((thrown as Error).name, Class.name);
  return wanted;
}

for (const layer of LAYERS) {
  const each = randomCase(layer, SIZES, 5);

  test(`the functions of the ${layer.name} refuse wrong calls by name`, () => {
    const table = functionCalls(layer);
    for (const op of Object.values(layer.ops)) {
      const least = op === layer.ops.sequence || op === layer.ops.cell ? 5 : 12;
      const count = table.filter((wrong) => wrong.op === op).length;
      assert.ok(count >= least, `only ${count} wrong calls of ${op}`);
    }
    table.forEach(refused);
  });

  test(`${layer.className} refuses wrong calls by name, and is as it was afterwards`, () => {
    const { made, calls } = classCalls(layer);
    assert.ok(calls.length >= 40);
    const backward = () => [made.backward(each.grad_h_all), ...Object.values(made.getGradients())];
    const before = snapshot([made.W.value, made.b.value, ...backward()]);
    const versions = made.W.memory.version + made.b.memory.version;
    for (const wrong of calls) {
      const message = refused(wrong);
      const after = [made.W.value, made.b.value];
      after.forEach((x, i) => assertSameBits(x, before[i], `changed by the call refused with ${message}`));
    }
    assert.is(made.W.memory.version + made.b.memory.version, versions);
    // The forward run that waits for its backward is still there, too.
    snapshot([made.W.value, made.b.value, ...backward()]).forEach((x, i) => {
      assertSameBits(x, before[i], `array ${i} after the wrong calls`);
    });
  });
}

/** The names that belong to a layer: of its functions, its class, its parameters and its caches. */
const namesOf = (layer: (typeof LAYERS)[number]): Set<string> =>
  new Set([
    ...Object.values(layer.ops),
    layer.className,
    ...layer.params,
    ...layer.cacheKeys,
    ...layer.states.flatMap((s) => [s, `${s}_0`, `${s}_prev`, `${s}_t`, `grad_${s}`, `grad_${s}_final`]),
  ]);

test('no message of a layer mentions a name of another layer', () => {
  let checked = 0;
  for (const layer of LAYERS) {
    const own = namesOf(layer);
    const foreign = LAYERS.filter((other) => other !== layer).flatMap((other) =>
      [...namesOf(other)].filter((name) => !own.has(name)),
    );
    assert.ok(foreign.length > 10);
    for (const wrong of [...functionCalls(layer), ...classCalls(layer).calls]) {
      const words = refused(wrong).split(/[^\w]+/);
      const mixed = words.filter((word) => foreign.includes(word) || /rnn|lstm|gru/i.test(word));
      const others = mixed.filter((word) => !own.has(word));
      assert.equal(others, [], `${layer.name}: ${wrong.message}`);
      checked++;
    }
  }
  assert.ok(checked > 300, `only ${checked} messages`);
});

test.run();

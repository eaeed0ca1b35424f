/** How symbols are drawn: distribution, limits of the temperature, logits at the ends of the number range. */
import { Random } from '@retrograd/arrays';
import { generateSequence } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { constantModel, Leaky, oneHot, symbols } from '../support/toy-model.js';

function draw(logits: number[], count: number, temperature: number, seed = 1): number[] {
  return symbols(
    generateSequence(constantModel(...logits), oneHot([0], logits.length), count, temperature, { seed }),
  );
}

/** Pearson's statistic of counts against probabilities. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.reduce(
    (sum, n, v) => sum + (n - total * probabilities[v]) ** 2 / (total * probabilities[v]),
    0,
  );
}

function count(list: readonly number[], V: number): number[] {
  const counts = new Array<number>(V).fill(0);
  for (const v of list) counts[v]++;
  return counts;
}

function softmaxOf(logits: readonly number[], temperature: number): number[] {
  const weights = logits.map((x) => Math.exp(x / temperature));
  return weights.map((w) => w / weights.reduce((a, b) => a + b, 0));
}

test('symbols come as often as softmax(logits / temperature) says', () => {
  const logits = [1, -0.5, 0, 2];
  for (const temperature of [0.5, 1, 3, 50]) {
    for (const seed of [1, 2, 3]) {
      const counts = count(draw(logits, 20000, temperature, seed), 4);
      const statistic = chiSquare(counts, softmaxOf(logits, temperature));
      // 21.1 is passed once in 10,000 times with three degrees of freedom.
      assert.ok(
        statistic < 21.1,
        `temperature ${temperature}, seed ${seed}: chi square ${statistic}, ${counts}`,
      );
    }
  }
});

test('each draw is conditional on what was read: pairs of symbols come as often as the chain says', () => {
  const model = new Leaky(3, 4, 0.7);
  // With the state forgotten the next symbol depends on the last one alone.
  const chain = { step: (x_t: Parameters<Leaky['step']>[0]) => model.step(x_t) };
  const list = symbols(generateSequence(chain, oneHot([0], 3), 30000, 1, { seed: 9 }));
  for (let from = 0; from < 3; from++) {
    const counts = count(
      list.filter((_, t) => t > 0 && list[t - 1] === from),
      3,
    );
    const logits = [0, 1, 2].map((v) => model.M.get(from, v));
    const statistic = chiSquare(counts, softmaxOf(logits, 1));
    assert.ok(statistic < 18.5, `after ${from}: chi square ${statistic}, ${counts}`);
  }
});

test('temperature 0 takes the largest logit, the first of several, and draws nothing', () => {
  const rng = new Random(3);
  const pick = (...logits: number[]) =>
    symbols(generateSequence(constantModel(...logits), oneHot([0], logits.length), 2, 0, { rng }))[1];
  assert.is(pick(0, 3, 1), 1);
  assert.is(pick(2, 5, 5, 5), 1);
  assert.is(pick(7, 7), 0);
  assert.is(pick(-0, 0), 0);
  assert.is(pick(-1e300, -1e308), 0);
  assert.is(pick(Number.NEGATIVE_INFINITY, -5), 1);
  assert.equal(rng.getState(), new Random(3).getState());
});

test('the smallest temperatures take the largest logit and the largest make all symbols equally likely', () => {
  for (const temperature of [1e-3, 1e-300, Number.MIN_VALUE]) {
    assert.equal(new Set(draw([0, 5, 4.9], 500, temperature)), new Set([1]));
  }
  for (const temperature of [1e8, 1e300, Number.MAX_VALUE]) {
    const statistic = chiSquare(count(draw([0, 50, -50], 6000, temperature), 3), [1 / 3, 1 / 3, 1 / 3]);
    assert.ok(statistic < 18.5, `temperature ${temperature}: chi square ${statistic}`);
  }
  assert.equal(
    count(draw([3, 3], 2000, Number.MIN_VALUE), 2).every((n) => n > 900),
    true,
  );
});

test('logits of any finite size are drawn from without overflow', () => {
  const big = Number.MAX_VALUE;
  for (const temperature of [0.01, 1, 100]) {
    assert.equal(new Set(draw([1e300, 0, -1e300], 50, temperature)), new Set([0]));
    assert.equal(new Set(draw([-big, big], 50, temperature)), new Set([1]));
    const even = count(draw([big, big, -big], 4000, temperature), 3);
    assert.ok(chiSquare(even.slice(0, 2), [0.5, 0.5]) < 15.1 && even[2] === 0, `${even}`);
  }
  const shifted = draw([1000, 1001, 999], 300, 1);
  assert.equal(shifted, draw([0, 1, -1], 300, 1));
});

test('a logit of -Infinity rules its symbol out', () => {
  const none = Number.NEGATIVE_INFINITY;
  for (const temperature of [0.1, 1, 1e300]) {
    const counts = count(draw([none, 0, none, 0, none], 3000, temperature), 5);
    assert.equal([counts[0], counts[2], counts[4]], [0, 0, 0]);
    assert.ok(chiSquare([counts[1], counts[3]], [0.5, 0.5]) < 15.1);
  }
});

test('the ends of the unit interval fall on symbols that can occur', () => {
  const at = (u: number, ...logits: number[]) => {
    const rng = new Random(1);
    rng.uniform = () => u;
    return symbols(generateSequence(constantModel(...logits), oneHot([0], logits.length), 1, 1, { rng }))[0];
  };
  const none = Number.NEGATIVE_INFINITY;
  assert.is(at(0, none, 0, 0, none), 1);
  assert.is(at(0.5, none, 0, 0, none), 2);
  assert.is(at(1 - 2 ** -53, none, 0, 0, none), 2);
  for (let seed = 1; seed <= 200; seed++) {
    const rng = new Random(seed);
    const logits = Array.from({ length: 9 }, () => 3 * rng.normal());
    assert.is(at(1 - 2 ** -53, ...logits, none), 8, `seed ${seed}`);
  }
});

test.run();

/** Derivatives by central differences, by a function that knows no derivative rule and no graph. */
import { copy, type FloatData, type NdArray, type Random, randomNormal } from '@retrograd/arrays';
import * as assert from 'uvu/assert';
import type { Arrays } from './layer-table.js';

const EPS = 1e-6;
const MAX_ELEMENTS = 500;
const DIRECTIONS = 20;

/** A function of arrays by name, and what its results are weighted with before they are summed. */
export interface Weighted {
  run: (inputs: Arrays) => readonly NdArray[];
  weights: readonly NdArray[];
  inputs: Arrays;
}

/** One derivative of the weighted sum: the gradient's entry at an index, or its product with a direction. */
export interface Slope {
  input: string;
  along: number | FloatData;
  value: number;
}

/** Every derivative when there are at most 500, else those along 20 random directions of each input. */
export function slopesOf({ run, weights, inputs }: Weighted, rng: Random): Slope[] {
  const total = Object.values(inputs).reduce((n, x) => n + x.size, 0);
  const own = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, copy(x)]));
  const results = (): FloatData[] => run(own).map((y) => copy(y).data);
  return Object.entries(own).flatMap(([input, { data }]) => {
    const before = data.slice();
    const measure = (along: number | FloatData): Slope => {
      const move = (step: number): FloatData[] => {
        if (typeof along === 'number') data[along] = before[along] + step;
        else for (let i = 0; i < data.length; i++) data[i] = before[i] + step * along[i];
        return results();
      };
      const [above, below] = [move(EPS), move(-EPS)];
      data.set(before);
      let sum = 0;
      weights.forEach((w, y) => {
        for (let i = 0; i < w.size; i++) sum += w.data[i] * (above[y][i] - below[y][i]);
      });
      return { input, along, value: sum / (2 * EPS) };
    };
    const each = total <= MAX_ELEMENTS ? [...data.keys()] : [];
    const directions = Array.from({ length: each.length > 0 ? 0 : DIRECTIONS }, () =>
      randomNormal([data.length], { rng }),
    );
    return [...each, ...directions.map((d) => d.data)].map(measure);
  });
}

/** Asserts that gradients agree with slopes; a gradient that `grads` does not have is passed over. */
export function assertSlopes(grads: Arrays, slopes: readonly Slope[], label: string): void {
  const dense = Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, copy(g)]));
  for (const { input, along, value } of slopes) {
    if (dense[input] === undefined) continue;
    const { data } = dense[input];
    let got = 0;
    if (typeof along === 'number') got = data[along];
    else for (let i = 0; i < data.length; i++) got += data[i] * along[i];
    const allowed = 1e-8 + 1e-6 * Math.abs(value);
    if (!(Math.abs(got - value) <= allowed)) {
      const place = typeof along === 'number' ? `entry ${along}` : 'a random direction';
      assert.unreachable(`${label}: gradient of ${input}, ${place}: ${got}, by differences ${value}`);
    }
  }
}

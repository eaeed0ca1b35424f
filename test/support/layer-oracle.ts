/**
 * The three layers once more, as naively as can be: nested lists, one number at a time, from the spec's
 * equations. Sums run from the first index to the last; the gradients are those of the equations, summed over
 * the steps.
 */
import { array, type NdArray, toNested } from '@retrograd/arrays';
import type { Arrays, LayerName } from './layer-table.js';

type Matrix = number[][];

const matrix = (x: NdArray): Matrix => toNested(x) as Matrix;
const zip = (f: (...entries: number[]) => number, ...ms: Matrix[]): Matrix =>
  ms[0].map((row, i) => row.map((_, j) => f(...ms.map((m) => m[i][j]))));
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, v, k) => sum + v * b[k][j], 0)));
const flip = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const beside = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => [...row, ...b[i]]);
const plus = (...ms: Matrix[]): Matrix => zip((...v) => v.reduce((sum, w) => sum + w), ...ms);

const sigmoid = (v: number): number => (v >= 0 ? 1 / (1 + Math.exp(-v)) : Math.exp(v) / (1 + Math.exp(v)));
const slope = { sigmoid: (s: number) => s * (1 - s), tanh: (t: number) => 1 - t * t };

/** One step and the way back: state and cotangents in the order h, c. */
interface Step {
  state: Matrix[];
  back: (grads: Matrix[]) => { x: Matrix; state: Matrix[]; params: Record<string, Matrix> };
}

type Params = Record<string, Matrix>;

/** g([h, x] W + b) for one gate, and what its pre-activation's gradient gives. */
function gate(p: Params, name: string, hx: Matrix, g: (v: number) => number) {
  const value = product(hx, p[`W_${name}`]).map((row) => row.map((v, j) => g(v + p[`b_${name}`][0][j])));
  const back = (grad_a: Matrix) => ({
    params: {
      [`W_${name}`]: product(flip(hx), grad_a),
      [`b_${name}`]: [flip(grad_a).map((column) => column.reduce((sum, v) => sum + v, 0))],
    },
    hx: product(grad_a, flip(p[`W_${name}`])),
  });
  return { value, back };
}

const steps: Record<LayerName, (x: Matrix, state: Matrix[], p: Params) => Step> = {
  rnn(x, [h], p) {
    const both = { W_a: [...p.W_hh, ...p.W_xh], b_a: p.b_h };
    const a = gate(both, 'a', beside(h, x), Math.tanh);
    const H = h[0].length;
    return {
      state: [a.value],
      back: ([grad_h]) => {
        const { params, hx } = a.back(zip((g, t) => g * slope.tanh(t), grad_h, a.value));
        return {
          x: hx.map((row) => row.slice(H)),
          state: [hx.map((row) => row.slice(0, H))],
          params: { W_xh: params.W_a.slice(H), W_hh: params.W_a.slice(0, H), b_h: params.b_a },
        };
      },
    };
  },
  lstm(x, [h, c], p) {
    const hx = beside(h, x);
    const [f, i, o] = ['f', 'i', 'o'].map((name) => gate(p, name, hx, sigmoid));
    const n = gate(p, 'c', hx, Math.tanh);
    const c_t = zip((fv, cv, iv, nv) => fv * cv + iv * nv, f.value, c, i.value, n.value);
    const squashed = zip(Math.tanh, c_t);
    const H = h[0].length;
    return {
      state: [zip((ov, t) => ov * t, o.value, squashed), c_t],
      back: ([grad_h, grad_c]) => {
        const whole = zip((gc, gh, ov, t) => gc + gh * ov * slope.tanh(t), grad_c, grad_h, o.value, squashed);
        const parts = [
          f.back(zip((g, cv, s) => g * cv * slope.sigmoid(s), whole, c, f.value)),
          i.back(zip((g, nv, s) => g * nv * slope.sigmoid(s), whole, n.value, i.value)),
          n.back(zip((g, iv, t) => g * iv * slope.tanh(t), whole, i.value, n.value)),
          o.back(zip((g, t, s) => g * t * slope.sigmoid(s), grad_h, squashed, o.value)),
        ];
        const grad_hx = plus(...parts.map((part) => part.hx));
        return {
          x: grad_hx.map((row) => row.slice(H)),
          state: [grad_hx.map((row) => row.slice(0, H)), zip((g, fv) => g * fv, whole, f.value)],
          params: Object.assign({}, ...parts.map((part) => part.params)),
        };
      },
    };
  },
  gru(x, [h], p) {
    const hx = beside(h, x);
    const [z, r] = ['z', 'r'].map((name) => gate(p, name, hx, sigmoid));
    const n = gate(
      p,
      'h',
      beside(
        zip((rv, hv) => rv * hv, r.value, h),
        x,
      ),
      Math.tanh,
    );
    const H = h[0].length;
    return {
      state: [zip((zv, hv, nv) => (1 - zv) * hv + zv * nv, z.value, h, n.value)],
      back: ([grad_h]) => {
        const fromN = n.back(zip((g, zv, t) => g * zv * slope.tanh(t), grad_h, z.value, n.value));
        const grad_rh = fromN.hx.map((row) => row.slice(0, H));
        const fromZ = z.back(
          zip((g, nv, hv, s) => g * (nv - hv) * slope.sigmoid(s), grad_h, n.value, h, z.value),
        );
        const fromR = r.back(zip((g, hv, s) => g * hv * slope.sigmoid(s), grad_rh, h, r.value));
        const gates = plus(fromZ.hx, fromR.hx);
        const direct = zip((g, zv, gr, rv) => g * (1 - zv) + gr * rv, grad_h, z.value, grad_rh, r.value);
        return {
          x: plus(gates, fromN.hx).map((row) => row.slice(H)),
          state: [
            plus(
              direct,
              gates.map((row) => row.slice(0, H)),
            ),
          ],
          params: { ...fromZ.params, ...fromR.params, ...fromN.params },
        };
      },
    };
  },
};

export interface OracleRun {
  h_all: NdArray;
  final: NdArray[];
  /** By argument: x, h_0, (c_0,) and the parameters' names. */
  grads: Arrays;
}

/** Forward and backward over a sequence. Sizes must not be 0. */
export function oracle(
  name: LayerName,
  x: NdArray,
  state: readonly NdArray[],
  params: Arrays,
  grad_h_all: NdArray,
  grad_final: readonly NdArray[],
): OracleRun {
  const p = Object.fromEntries(
    Object.entries(params).map(([key, v]) => [
      key,
      v.shape.length === 1 ? [toNested(v) as number[]] : matrix(v),
    ]),
  );
  const T = x.shape[1];
  const run: Step[] = [];
  let now = state.map(matrix);
  for (let t = 0; t < T; t++) {
    run.push(steps[name](matrix(x.pick(null, t, null) as NdArray), now, p));
    now = run[t].state;
  }
  let grads = grad_final.map(matrix);
  let total: Params | null = null;
  const xs: Matrix[] = [];
  for (let t = T - 1; t >= 0; t--) {
    const [grad_h, ...others] = grads;
    const got = run[t].back([plus(matrix(grad_h_all.pick(null, t, null) as NdArray), grad_h), ...others]);
    xs.unshift(got.x);
    grads = got.state;
    const before: Params | null = total;
    total = Object.fromEntries(
      Object.entries(got.params).map(([key, g]) => [key, before === null ? g : plus(before[key], g)]),
    );
  }
  const byTime = (steps: Matrix[]): NdArray => array(steps[0].map((_, b) => steps.map((step) => step[b])));
  const summed = Object.entries(total as Params).map(([key, g]) => [key, array(key[0] === 'b' ? g[0] : g)]);
  const initial = grads.map((g, i) => [i === 0 ? 'h_0' : 'c_0', array(g)]);
  return {
    h_all: byTime(run.map((step) => step.state[0])),
    final: now.map((s) => array(s)),
    grads: { x: byTime(xs), ...Object.fromEntries([...summed, ...initial]) },
  };
}

/** The weights and data of a case: the same for every contestant, from a seed. */
import { GATES } from './cases.mjs';

/**
 * @param shape { cell, B, T, I, H }
 * @returns x (B, T, I), grad_h_all (B, T, H), W (H + I, G·H) hidden part first, b (G·H)
 */
export function makeProblem({ cell, B, T, I, H }, seed = 1) {
  const random = uniform(seed);
  const G = GATES[cell].length;
  const tensor = (shape, scale) => {
    const data = new Float32Array(shape.reduce((n, size) => n * size, 1));
    for (let i = 0; i < data.length; i++) data[i] = scale * (2 * random() - 1);
    return { shape, data };
  };
  return {
    x: tensor([B, T, I], 1),
    // Small, so that float32 sums over B·T rows stay comparable.
    grad_h_all: tensor([B, T, H], 1 / Math.sqrt(B * T)),
    W: tensor([H + I, G * H], 1 / Math.sqrt(H + I)),
    b: tensor([G * H], 0.1),
  };
}

/** Uniform numbers in [0, 1): mulberry32. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

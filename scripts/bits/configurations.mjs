/** Numbers in (-1, 1) from a seed, the same for every library (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** How an array lies in memory: by `place`, the positions of its entries for a shape. */
const LAYOUTS = {
  dense: (shape) => placeAs(shape, [...shape.keys()], 0),
  'axes turned around': (shape) => placeAs(shape, [...shape.keys()].reverse(), 0),
  'with an offset': (shape) => placeAs(shape, [...shape.keys()], 5),
  reversed: (shape) => {
    const { stride, offset, size } = placeAs(shape, [...shape.keys()], 0);
    const last = stride.reduce((sum, step, axis) => sum + step * Math.max(shape[axis] - 1, 0), offset);
    return { stride: stride.map((step) => -step), offset: last, size };
  },
  'every second entry': (shape) => {
    const { stride, offset, size } = placeAs(shape, [...shape.keys()], 0);
    return { stride: stride.map((step) => 2 * step), offset, size: 2 * size };
  },
};

/** Strides of a block in which the axes follow each other in the given order, the slowest first. */
function placeAs(shape, order, offset) {
  const stride = new Array(shape.length);
  let size = 1;
  for (const axis of [...order].reverse()) {
    stride[axis] = size;
    size *= shape[axis];
  }
  return { stride, offset, size: size + offset };
}

/** Sizes, and what is given, of one random configuration. */
function configuration(seed) {
  const random = generator(seed);
  const upTo = (n) => 1 + Math.floor(((random() + 1) / 2) * n);
  const chance = (p) => (random() + 1) / 2 < p;
  const large = seed % 5 === 0;
  const names = Object.keys(LAYOUTS);
  return {
    seed,
    B: chance(0.05) ? 0 : upTo(large ? 33 : 9),
    T: upTo(large ? 20 : 8),
    I: upTo(large ? 40 : 9),
    H: upTo(large ? 70 : 12),
    layout: names[seed % names.length],
    startsAtZero: chance(0.3),
    // Which final states have a gradient of their own.
    finalGradients: [chance(0.6), chance(0.6)],
  };
}

export const CONFIGURATIONS = Array.from({ length: 60 }, (_, i) => configuration(i + 1));

/** Makes random arrays of a library, one after the other the same ones for every library. */
export function arrayMaker(lib, { seed, layout }, dtype) {
  const random = generator(1000 + seed);
  const Data = dtype === 'float32' ? Float32Array : Float64Array;
  return (shape, scale = 1) => {
    const { stride, offset, size } = LAYOUTS[layout](shape);
    const data = Data.from({ length: size }, () => scale * random());
    return lib.view(data, shape, stride, offset);
  };
}

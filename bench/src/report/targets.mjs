/** What the project set out to reach, against what this run measured. */
import { bestOf } from './best.mjs';
import { formatRatio, formatTable } from './format.mjs';

/** The fastest of `ours` is to be `least` times as fast as `peer`, at op and size, for each cell. */
const TARGETS = [
  ...faster('train', ['wasm-1', 'wasm-2'], 'torch', { S: 20, M: 0.9, L: 0.4 }),
  ...faster('train', ['wasm-1', 'wasm-2'], 'tfjs', { S: 10, M: 10, L: 10, XL: 10 }),
  ...faster('train', ['wasm-1', 'wasm-2'], 'jax-js', { S: 3, M: 3, L: 3, XL: 3 }),
  ...faster('train', ['blas'], 'torch', { S: 30, M: 2, L: 1.4, XL: 1.4 }),
  ...faster('step', ['wasm-1', 'wasm-2'], 'ort-node', { S: 10 }),
  ...faster('step', ['blas'], 'ort-node', { L: 1 }),
  ...faster('forward', ['blas'], 'ort-node', { M: 1, L: 1, XL: 1 }),
];

function faster(op, ours, peer, sizes) {
  return Object.entries(sizes).map(([size, least]) => ({ op, size, ours, peer, least }));
}

/** A table of the targets that this run can speak of. */
export function renderTargets({ cases }) {
  const cells = [...new Set(cases.map(({ cell }) => cell))];
  const rows = TARGETS.flatMap((target) => {
    const ratios = cells.map((cell) => ratioOf(cases, cell, target));
    if (ratios.every((ratio) => ratio === null)) return [];
    const { op, size, ours, peer, least } = target;
    return [
      [
        `${op} ${size}: ${ours[0].replace('-1', '')} to ${peer}`,
        formatRatio(least),
        ...ratios.map((ratio) => describe(ratio, least)),
      ],
    ];
  });
  if (rows.length === 0) return [];
  const header = ['times as fast', 'target', ...cells.map((cell) => cell.toUpperCase())];
  return ['## Targets', '', formatTable(header, rows), ''];
}

function ratioOf(cases, cell, { op, size, ours, peer }) {
  const own = cases.find((one) => one.cell === cell && one.op === op && one.size === size);
  if (own === undefined) return null;
  const times = ours.map((name) => bestOf(own.results, name)?.times?.median).filter(Boolean);
  const other = bestOf(own.results, peer)?.times?.median;
  return times.length === 0 || other === undefined ? null : other / Math.min(...times);
}

function describe(ratio, least) {
  if (ratio === null) return '';
  return `${formatRatio(ratio)} ${ratio >= least ? 'reached' : 'missed'}`;
}

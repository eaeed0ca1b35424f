export { medianPruner, type Pruner, type Report, successiveHalving } from './prune.js';
export { type SweepOptions, type SweepResult, sweep } from './sweep.js';

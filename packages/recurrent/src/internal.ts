/** What tests and Retrograd's other packages need of the engine besides what users do: no promise is made about any of it. */

export { type Gradients, runBackward } from './backward.js';
export { ForwardPass } from './forward.js';
export * from './index.js';
export { namedViews } from './parameters.js';
export { type Schedule, scheduleOf, type Visits } from './schedule.js';
export { stateNames } from './series.js';
export { StepWorkspace } from './step-workspace.js';

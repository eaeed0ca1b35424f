/** What tests and Retrograd's other packages need of the engine besides what users do: no promise is made about any of it. */
export * from './index.js';
export { type Gradients, runBackward, type Wanted } from './backward.js';
export { allStates, type ForwardPass, finalStates, runForward } from './forward.js';
export { SavedActivations } from './saved-activations.js';
export { type Schedule, scheduleOf, type Visits } from './schedule.js';
export { StepWorkspace } from './step-workspace.js';
export { gather, gatherInputs, scatter } from './time-major.js';

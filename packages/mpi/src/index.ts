export type { Communicator, ReduceOp } from './communicator.js';
export { type DistributeOptions, distribute } from './distribute.js';
export { GroupError, LibraryError } from './errors.js';
export type { Log } from './log.js';
export { threadCommunicator, threadMemory } from './threads.js';
export type { DistributedWorld, WorldSaveOptions } from './world.js';

/** One rank of a group of worker threads: trains, and tells its curve. */
import { parentPort, workerData } from 'node:worker_threads';
import { distribute, threadCommunicator } from '@retrograd/mpi';
import { scenarios, train } from './scenarios.js';

const { memory, rank, size } = workerData as { memory: SharedArrayBuffer; rank: number; size: number };
const world = await distribute({ communicator: threadCommunicator(memory, rank, size) });
parentPort?.postMessage(await train(scenarios[2], world));

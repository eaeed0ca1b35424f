/** Groups without MPI: as many tasks of this thread as there are ranks. */
import {
  type Communicator,
  type DistributedWorld,
  type DistributeOptions,
  distribute,
  threadCommunicator,
  threadMemory,
} from '@retrograd/mpi';

/** Runs a task for every rank of a group, at the same time. @returns what each came to */
export function onRanks<T>(
  size: number,
  options: DistributeOptions,
  task: (world: DistributedWorld, communicator: Communicator) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const memory = threadMemory(size);
  return Promise.allSettled(
    Array.from({ length: size }, async (_, rank) => {
      const communicator = threadCommunicator(memory, rank, size);
      return task(await distribute({ log: () => {}, ...options, communicator }), communicator);
    }),
  );
}

/** The same, where none may fail. */
export async function results<T>(
  size: number,
  options: DistributeOptions,
  task: (world: DistributedWorld, communicator: Communicator) => Promise<T>,
): Promise<T[]> {
  const settled = await onRanks(size, options, task);
  const failed = settled.filter((one) => one.status === 'rejected').map((one) => one.reason as Error);
  // The others only say that one has failed.
  if (failed.length > 0) throw failed.find(({ name }) => name !== 'GroupError') ?? failed[0];
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}

/** The messages of the errors that the ranks have ended with; '' where one has not. */
export async function errors(
  size: number,
  options: DistributeOptions,
  task: (world: DistributedWorld, communicator: Communicator) => Promise<unknown>,
): Promise<string[]> {
  const settled = await onRanks(size, options, task);
  return settled.map((one) =>
    one.status === 'rejected' ? `${(one.reason as Error).name}: ${(one.reason as Error).message}` : '',
  );
}

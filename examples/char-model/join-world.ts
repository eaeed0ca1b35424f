import type { DistributedWorld } from '@retrograd/mpi';
import type { TrainingJob } from './job.js';

/**
 * Joins the other processes, if a launcher (retrograd-mpi, mpirun, Slurm) has started this one as one of
 * several.
 * @returns null if it was started alone; no MPI library is looked for then
 * @throws LibraryError
 */
export async function joinWorld(): Promise<DistributedWorld | null> {
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, PMIX_RANK } = process.env;
  if ((OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? PMIX_RANK) === undefined) return null;
  const { distribute } = await import('@retrograd/mpi');
  return distribute();
}

/** How many processes of the launcher share this machine. */
export const processesHere = (): number => Number(process.env.OMPI_COMM_WORLD_LOCAL_SIZE ?? 1);

/** The same job for one of several processes: it trains and validates on its rows of every batch. */
export function shareJob(job: TrainingJob, world: DistributedWorld): TrainingJob {
  const { start, corpus } = job;
  const { training, validation } = corpus;
  return {
    ...job,
    world,
    corpus: { training: world.shard(training), validation: validation && world.shard(validation) },
    start: { ...start, training: start.training && world.sliceState(start.training) },
  };
}

/** What started this process as one of several. */
export interface Launcher {
  readonly family: 'Open MPI' | 'MPICH';
  /** Processes that it started. */
  readonly size: number;
}

/** The launcher that the environment tells of; null where this process was started alone. */
export function findLauncher(env: NodeJS.ProcessEnv = process.env): Launcher | null {
  if (env.OMPI_COMM_WORLD_SIZE) return { family: 'Open MPI', size: Number(env.OMPI_COMM_WORLD_SIZE) };
  // Set by MPICH's mpiexec and by srun, under which a library of either family may find the others.
  if (env.PMI_SIZE) return { family: 'MPICH', size: Number(env.PMI_SIZE) };
  if (env.PMIX_RANK && env.SLURM_NTASKS) return { family: 'Open MPI', size: Number(env.SLURM_NTASKS) };
  return null;
}

/** A name that the processes of one run on one machine have in common, and no other run on it has. */
export const runName = (env: NodeJS.ProcessEnv = process.env): string =>
  env.PMIX_NAMESPACE ?? String(process.ppid);

/** A folder that the launcher removes at the end, where there is one. */
export const runFolder = (env: NodeJS.ProcessEnv = process.env): string | undefined =>
  env.PMIX_SERVER_TMPDIR ?? env.OMPI_FILE_LOCATION;

/** How many processes of this run are on this machine; 1 where the launcher does not say. */
export const localSize = (env: NodeJS.ProcessEnv = process.env): number =>
  Number(env.OMPI_COMM_WORLD_LOCAL_SIZE ?? env.MPI_LOCALNRANKS ?? 1);

/** The place of this process among those of its machine. */
export const localRank = (env: NodeJS.ProcessEnv = process.env): number =>
  Number(env.OMPI_COMM_WORLD_LOCAL_RANK ?? env.MPI_LOCALRANKID ?? 0);

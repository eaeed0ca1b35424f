import type { DistributedWorld } from '@retrograd/mpi';
import type { AtomicFile } from './atomic-file.js';
import type { Corpus } from './corpus.js';
import type { SavedModel } from './model-file.js';
import type { SampleOptions } from './sample.js';

/** One training: what prepare-job.ts has read and checked, and what train.ts carries out. */
export interface TrainingJob {
  /** What to train. Its `training` says where to go on; null for the beginning. */
  readonly start: SavedModel;
  readonly text: { readonly name: string; readonly characters: number };
  readonly corpus: Corpus;
  /** Where to save; null to save nowhere. */
  readonly target: AtomicFile | null;
  /** Steps between two checkpoints. */
  readonly sampleEvery: number;
  readonly sample: SampleOptions;
  /** The processes that train together; null for this one alone. */
  readonly world: DistributedWorld | null;
}

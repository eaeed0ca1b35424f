/** Where a job runs: a worker thread, here or on another machine. One job at a time. */
export interface Slot {
  /** Runs a job to its end, however it ends. */
  run(task: Task): Promise<Ending>;
  /** Asks the job that runs to stop: its `signal` is aborted. */
  prune(): void;
  close(): Promise<void>;
}

export interface Task {
  /** Fit for JSON. */
  readonly job: unknown;
  /** Told what the job reports. */
  report(step: number, value: number): void;
}

/** What a job came to. */
export interface Ending {
  /** What it returned; undefined when it failed. */
  readonly result?: unknown;
  /** The error's stack; null when it did not fail. */
  readonly error: string | null;
  readonly seconds: number;
}

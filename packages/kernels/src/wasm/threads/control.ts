/**
 * The control block, which the caller and its workers share: indices of 32-bit words. Words that different
 * threads often write have a cache line of their own.
 */
export const Word = {
  /**
   * Pieces of the current job that are not taken yet; 0 between jobs. A thread takes a piece by lowering it
   * by one.
   */
  open: 0,
  /** Pieces of the current job that are finished. */
  done: 16,
  /** Workers that are up. */
  ready: 32,
  /** Workers that sleep, and need to be woken. */
  asleep: 33,
  /** 1 while the caller sleeps until `done` changes. */
  callerAsleep: 34,
  /** Bytes of the message of the first piece that failed in a worker; 0 when none did. */
  failure: 35,
  /** Bytes of the core, the first of the modules. */
  coreBytes: 36,
  /** Workers that have the functions that override some of the core's, or have failed to get them. */
  loaded: 37,
  /** The current job: where in the block the module lies, its bytes, and which of its exports to call. */
  module: 48,
  moduleBytes: 49,
  export: 50,
  /** Units that a piece has, and that all pieces have together. */
  share: 51,
  total: 52,
  /**
   * Index of the argument that counts a piece's units, and of the one that takes the thread's work area (-1:
   * none).
   */
  countAt: 53,
  workAt: 54,
  /** 1 where functions of the core are overridden. */
  overridden: 56,
  /** Number of arguments; their values for the first piece; by how much they grow from piece to piece. */
  arguments: 55,
  values: 64,
  steps: 80,
  /** UTF-16 units of the failure's message, and room for them. */
  message: 96,
} as const;

export const MESSAGE_UNITS = 200;
/** Where the modules start in the block, the core first, in bytes, and where the block ends. */
export const MODULES_AT = 1024;
export const CONTROL_BYTES = 1 << 17;

/**
 * Milliseconds that an idle thread watches the control block before it sleeps: some times what waking it may
 * cost.
 */
export const SPIN_MS = 2;

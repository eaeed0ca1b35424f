import type { Standing } from './reporter.js';

/** What the training thread tells the main thread. */
export type Message =
  | { readonly kind: 'print'; readonly text: string }
  /** The training begins: from now on STOP is heard. */
  | {
      readonly kind: 'begin';
      readonly firstStep: number;
      readonly steps: number;
      /** The place of this process among those that train together; null when it is alone. */
      readonly rank: number | null;
    }
  | { readonly kind: 'step'; readonly standing: Standing }
  /** The last message; `line` is the error, if there is one. */
  | { readonly kind: 'end'; readonly exitCode: number; readonly line: string | null };

/** What the main thread tells the training thread to stop it after the current step. */
export const STOP = 'stop';

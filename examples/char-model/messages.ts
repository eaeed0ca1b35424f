import type { Standing } from './reporter.js';

/** What the thread that trains tells the thread that talks to the user. */
export type Message =
  | { readonly kind: 'print'; readonly text: string }
  /** The training begins: from now on a wish to stop is heard. */
  | { readonly kind: 'begin'; readonly firstStep: number; readonly steps: number }
  | { readonly kind: 'step'; readonly standing: Standing }
  /** The last one; `line` is what went wrong. */
  | { readonly kind: 'end'; readonly exitCode: number; readonly line: string | null };

/** What the other one says, when somebody wishes the training to stop after the step under way. */
export const STOP = 'stop';

import { instructionsOf } from './instructions.mjs';

/**
 * Sets the alignment that every load and store of a module states to one byte, in place. Engines take it for a hint and do not
 * heed it, but for atomic instructions, whose stays; without it functions for float32 and float64 differ in fewer bytes, so that they compress better.
 * @param module as the compiler of assemble.mjs writes it
 */
export function forgetAlignment(module) {
  for (const { alignment } of instructionsOf(module)) if (alignment !== null) module[alignment] = 0;
}

import { instructionsOf } from './instructions.mjs';

/**
 * Where a module multiplies vectors and then adds the product to a variable, or to a constant in memory:
 *
 *     a, b, mul, c, add
 *
 * A machine with the fused multiply-add of relaxed SIMD can do `a, b, c, madd` instead, which packages/kernels/src/wasm/module.ts
 * makes of it in the same number of bytes.
 * @returns where such multiplications and such additions start
 */
export function fusableIn(module) {
  const all = [...instructionsOf(module)];
  const multiplications = new Set();
  const additions = new Set();
  all.forEach(({ code, start }, i) => {
    const addition = all[i + 1 + lengthOfOperand(all, i + 1)];
    if (!MULTIPLICATIONS.includes(code) || addition === all[i + 1] || addition?.code !== code - 2) return;
    multiplications.add(start);
    additions.add(addition.start);
  });
  return { multiplications, additions };
}

/** For four lanes and for two. The addition is two below. */
const MULTIPLICATIONS = [0xfd0e6, 0xfd0f2];
const LOCAL_GET = 0x20;
const LOCAL_TEE = 0x22;
const I32_CONST = 0x41;
const LOAD_SPLATS = [0xfd009, 0xfd00a];

/** How many instructions bring a variable or a constant from memory to the stack; 0 when something else is done. */
function lengthOfOperand(all, i) {
  const [first, second, third] = all.slice(i, i + 3).map(({ code }) => code);
  if (first === LOCAL_GET) return 1;
  if (first !== I32_CONST || !LOAD_SPLATS.includes(second)) return 0;
  return third === LOCAL_TEE ? 3 : 2;
}

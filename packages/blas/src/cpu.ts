import { readFileSync } from 'node:fs';

/** Sets of OpenBLAS kernels that use AVX2 or more. */
const MODERN = ['haswell', 'zen', 'excavator', 'skylakex', 'cooperlake', 'sapphirerapids'];

/** Processor flags that OpenBLAS's AVX-512 kernels need. */
const AVX512 = ['avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl'];

/**
 * Sets of OpenBLAS kernels to ask for instead of the one that it chose, best first; none when its choice is
 * good.
 *
 * OpenBLAS looks at the processor's model number. A model newer than the library gets kernels of 2004
 * (Prescott, SSE3) or 2007 (Barcelona), several times slower than the processor could run.
 * @param core    what openblas_get_corename gave
 * @param cpuinfo text of /proc/cpuinfo
 */
export function betterCores(core: string | null, cpuinfo: string): string[] {
  if (core === null || MODERN.includes(core.toLowerCase())) return [];
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1].trim().split(/\s+/));
  if (!flags.has('avx2') || !flags.has('fma')) return [];
  const amd = /^vendor_id\s*:\s*(AuthenticAMD|HygonGenuine)/m.test(cpuinfo);
  const wide = AVX512.every((flag) => flags.has(flag)) ? ['SkylakeX'] : [];
  return [...wide, ...(amd ? ['Zen'] : []), 'Haswell'];
}

/** The text of /proc/cpuinfo; empty where there is none, and then OpenBLAS's choice stands. */
export function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

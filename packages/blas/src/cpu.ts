import { readFileSync } from 'node:fs';

/** Sets of OpenBLAS kernels that use AVX2 or more. */
const MODERN = ['haswell', 'zen', 'excavator', 'skylakex', 'cooperlake', 'sapphirerapids'];

/** What AVX-512 kernels of OpenBLAS use. */
const AVX512 = ['avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl'];

/**
 * Sets of OpenBLAS kernels to ask for instead of the one that it chose, best first; none when its choice is
 * sound.
 *
 * OpenBLAS goes by the processor's model number. A model younger than the library gets kernels of 2004
 * (Prescott, SSE3) or of 2007 (Barcelona), several times slower than what the processor can run.
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

/** /proc/cpuinfo, or nothing where there is none: then OpenBLAS is left to itself. */
export function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

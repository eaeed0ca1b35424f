import type { LibraryHandle } from 'koffi';
import { ask, find, integersAt } from './native.js';

/** The settings of a family of libraries. */
export interface Family {
  readonly name: string;
  /** A function that only this family has. */
  readonly sign: string;
  /** Version and build, in the library's words. */
  version(library: LibraryHandle): string | null;
  /** The processor that it computes for, in the library's words. */
  core(library: LibraryHandle): string | null;
  /** Whether its integers have 64 bits. */
  wideIntegers(library: LibraryHandle): boolean;
  /** Whether several threads may call it at the same time. */
  concurrent(library: LibraryHandle): boolean;
  readonly getThreads: string;
  readonly setThreads: string;
}

const text = (library: LibraryHandle, name: string) => ask(library, name, 'const char *') as string | null;

const mkl: Family = {
  name: 'Intel MKL',
  sign: 'MKL_Get_Max_Threads',
  version(library) {
    const room = Buffer.alloc(256);
    find(library, 'MKL_Get_Version_String', 'void', ['void *', 'int'])?.(room, room.length);
    return room.toString('latin1').replace(/[\0\s]+$/, '') || null;
  },
  core: () => null,
  wideIntegers: () => /\bILP64\b/i.test(process.env.MKL_INTERFACE_LAYER ?? ''),
  concurrent: () => true,
  getThreads: 'MKL_Get_Max_Threads',
  setThreads: 'MKL_Set_Num_Threads',
};

const oneDnn: Family = {
  name: 'oneDNN',
  sign: 'dnnl_version',
  version: (library) => integersAt(ask(library, 'dnnl_version', 'void *'), 3).join('.'),
  core(library) {
    const isa = ask(library, 'dnnl_get_effective_cpu_isa', 'int');
    return isa === null ? null : `instruction set 0x${Number(isa).toString(16)}`;
  },
  wideIntegers: () => false,
  concurrent: () => true,
  getThreads: 'omp_get_max_threads',
  setThreads: 'omp_set_num_threads',
};

const openBlas: Family = {
  name: 'OpenBLAS',
  sign: 'openblas_get_config',
  version: (library) => text(library, 'openblas_get_config')?.trim() ?? null,
  core: (library) => text(library, 'openblas_get_corename'),
  wideIntegers: (library) => /\bUSE64BITINT\b/.test(text(library, 'openblas_get_config') ?? ''),
  // A build without threads may have no locks either, and does not say whether it has them.
  concurrent: (library) => !/\bSINGLE_THREADED\b/.test(text(library, 'openblas_get_config') ?? ''),
  getThreads: 'openblas_get_num_threads',
  setThreads: 'openblas_set_num_threads',
};

const blis: Family = {
  name: 'BLIS',
  sign: 'bli_info_get_version_str',
  version: (library) => text(library, 'bli_info_get_version_str'),
  core(library) {
    const id = ask(library, 'bli_arch_query_id', 'int');
    return (find(library, 'bli_arch_string', 'const char *', ['int'])?.(id) ?? null) as string | null;
  },
  wideIntegers: (library) => Number(ask(library, 'bli_info_get_blas_int_type_size', 'intptr_t')) === 64,
  concurrent: () => true,
  getThreads: 'bli_thread_get_num_threads',
  setThreads: 'bli_thread_set_num_threads',
};

const accelerate: Family = {
  name: 'Apple Accelerate',
  sign: 'vDSP_vadd',
  version: () => null,
  core: () => null,
  wideIntegers: () => false,
  concurrent: () => true,
  getThreads: '',
  // Takes 0 for several threads and 1 for one.
  setThreads: 'BLASSetThreading',
};

/** A library with the usual functions and without settings that we know of. */
const unknown: Family = {
  name: 'CBLAS',
  sign: 'cblas_sgemm',
  version: () => null,
  core: () => null,
  wideIntegers: () => false,
  concurrent: () => true,
  getThreads: '',
  setThreads: '',
};

/** The family that a library belongs to; null when it has no matrix product at all. */
export function familyOf(library: LibraryHandle): Family | null {
  const families = [mkl, oneDnn, openBlas, blis, accelerate, unknown];
  return families.find(({ sign }) => find(library, sign, 'void', []) !== null) ?? null;
}

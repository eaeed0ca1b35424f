import type { LibraryHandle } from 'koffi';
import type { Address } from './native.js';

/** What `mpi.h` would say to a compiler: how a family of libraries names worlds, types and operations. */
export interface Handles {
  readonly family: 'Open MPI' | 'MPICH';
  /** C type of a handle. */
  readonly type: 'intptr_t' | 'int';
  readonly world: Address;
  readonly float: Address;
  readonly double: Address;
  readonly byte: Address;
  readonly sum: Address;
  readonly max: Address;
  readonly errorsReturn: Address;
  readonly inPlace: number;
  readonly statusIgnore: number;
}

/** Handles are the addresses of the library's own objects. */
export const openMpi = (library: LibraryHandle): Handles => {
  const at = (name: string): Address => library.symbol(`ompi_mpi_${name}`) as Address;
  return {
    family: 'Open MPI',
    type: 'intptr_t',
    world: at('comm_world'),
    float: at('float'),
    double: at('double'),
    byte: at('byte'),
    sum: at('op_sum'),
    max: at('op_max'),
    errorsReturn: at('errors_return'),
    inPlace: 1,
    statusIgnore: 0,
  };
};

/**
 * MPICH and what follows its binary interface (Intel MPI, MVAPICH, Cray MPICH): handles are fixed integers of
 * 32 bits.
 */
export const mpich: Handles = {
  family: 'MPICH',
  type: 'int',
  world: 0x44000000,
  float: 0x4c00040a,
  double: 0x4c00080b,
  byte: 0x4c00010d,
  sum: 0x58000003,
  max: 0x58000001,
  errorsReturn: 0x54000001,
  inPlace: -1,
  statusIgnore: 1,
};

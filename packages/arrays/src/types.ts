import type { Dtype, FloatData } from '@retrograd/kernels';
import type { NdArray as ScijsArray } from 'ndarray';

/** A scijs ndarray of floats: any strides (negative and zero ones too), any offset. */
export type NdArray<D extends FloatData = FloatData> = ScijsArray<D>;

/** What may lie under an array of indices or a mask. */
export type IndexData =
  | FloatData
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | number[];

/** An ndarray whose entries are read as integers (indices) or as true and false (masks). */
export type IndexArray = ScijsArray<IndexData>;

/** A number, or lists of lists of numbers, as deep as the array has axes. */
export type NestedList = number | readonly NestedList[];

/** Where a creating function takes its dtype from; float64 when it is left out. */
export interface DtypeOption {
  dtype?: Dtype;
}

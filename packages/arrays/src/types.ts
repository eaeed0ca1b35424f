import type { Dtype, FloatData } from '@retrograd/kernels';
import type { NdArray as ScijsArray } from 'ndarray';

/** A scijs ndarray of floats: any strides (negative and zero ones too), any offset. */
export type NdArray<D extends FloatData = FloatData> = ScijsArray<D>;

/** The data that an array of indices or a mask may have. */
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

/** The dtype of a created array; float64 unless given. */
export interface DtypeOption {
  dtype?: Dtype;
}

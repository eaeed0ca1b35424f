import type { Dtype, FloatData } from '@retrograd/kernels';

/** A run of numbers of one parameter in the buffer of its dtype. */
export interface Place {
  readonly dtype: Dtype;
  readonly at: number;
  readonly length: number;
}

/** Bytes of a bucket. */
export const BUCKET_BYTES = 2 ** 20;

/** Part of the buffer of a dtype, and the parameters that must be in it before it can be sent. */
export interface Bucket {
  readonly numbers: FloatData;
  readonly parameters: readonly number[];
}

/**
 * Where the gradients of all parameters lie in memory of their own: one buffer a dtype, the last parameter
 * first, as gradients are finished about in this order.
 */
export class Layout {
  readonly places: readonly Place[];
  private readonly lengths: Readonly<Record<Dtype, number>>;

  constructor(parameters: readonly { readonly dtype: Dtype; readonly size: number }[]) {
    const lengths = { float32: 0, float64: 0 };
    const places: Place[] = new Array(parameters.length);
    for (let i = parameters.length - 1; i >= 0; i--) {
      const { dtype, size: length } = parameters[i];
      places[i] = { dtype, at: lengths[dtype], length };
      lengths[dtype] += length;
    }
    this.places = places;
    this.lengths = lengths;
  }

  /** New buffers for one set of gradients. */
  allocate(): Record<Dtype, FloatData> {
    const { float32, float64 } = this.lengths;
    return {
      float32: new Float32Array(new ArrayBuffer(4 * float32)),
      float64: new Float64Array(new ArrayBuffer(8 * float64)),
    };
  }

  /** The buffers in pieces of a megabyte, in the order in which they become full. */
  buckets(buffers: Readonly<Record<Dtype, FloatData>>): Bucket[] {
    const list: Bucket[] = [];
    for (const dtype of ['float32', 'float64'] as const) {
      const buffer = buffers[dtype];
      const most = BUCKET_BYTES / buffer.BYTES_PER_ELEMENT;
      for (let from = 0; from < buffer.length; from += most) {
        const to = Math.min(from + most, buffer.length);
        const parameters = this.places.flatMap((place, i) =>
          place.dtype === dtype && place.at < to && place.at + place.length > from ? [i] : [],
        );
        list.push({ numbers: buffer.subarray(from, to), parameters });
      }
    }
    return list;
  }
}

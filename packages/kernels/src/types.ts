/** The two number formats that arrays come in. */
export type Dtype = 'float32' | 'float64';

/** What lies under an array of either dtype. */
export type FloatData = Float32Array | Float64Array;

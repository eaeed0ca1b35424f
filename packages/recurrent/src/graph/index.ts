export { type LayerOptions, type PackedArrays, PackedParams } from './packed-params.js';
export { RecurrentLayer, type Stepping } from './recurrent-layer.js';

// Matrix products and element-wise functions, which every recurrent layer needs. The other modules import
// them (../core-imports.ts).
import '../tables';
export { swapAxes } from '../time-major';
export { gemm32, gemm64, pack32, pack64, packedSize, workSize } from '../gemm';
export { sigmoid32, sigmoid64, tanh32, tanh64 } from '../elementwise';

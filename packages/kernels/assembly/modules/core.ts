// Matrix products and maps, which every recurrent layer needs. The other modules import its functions (../core.ts).
import '../tables';
export { swapAxes } from '../time-major';
export { gemm32, gemm64, prepare32, prepare64, preparedSize, workSize } from '../gemm';
export { sigmoid32, sigmoid64, tanh32, tanh64 } from '../elementwise';

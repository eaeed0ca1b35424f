/** onnxruntime's own kernels under Node: inference only. Variants: the number of threads. */

import { prepareOnnx } from './support/onnx-session.mjs';
import { packageVersion } from './support/package-version.mjs';

export async function prepare(shape, tensors, threads) {
  const { default: ort } = await import('onnxruntime-node');
  const create = (bytes) =>
    ort.InferenceSession.create(bytes, {
      intraOpNumThreads: Number(threads),
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
    });
  const ops = await prepareOnnx(ort, create, shape, tensors);
  return { version: packageVersion('onnxruntime-node'), note: 'input given time-major', ops };
}

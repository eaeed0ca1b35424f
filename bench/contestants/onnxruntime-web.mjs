/** onnxruntime compiled to WebAssembly: inference only. Variants: the number of threads. */

import { prepareOnnx } from './support/onnx-session.mjs';
import { packageVersion } from './support/package-version.mjs';

export async function prepare(shape, tensors, threads) {
  const { default: ort } = await import('onnxruntime-web');
  ort.env.wasm.numThreads = Number(threads);
  const create = (bytes) =>
    ort.InferenceSession.create(new Uint8Array(bytes), { executionProviders: ['wasm'] });
  const ops = await prepareOnnx(ort, create, shape, tensors);
  return { version: packageVersion('onnxruntime-web'), note: 'input given time-major', ops };
}

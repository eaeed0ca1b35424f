/** Memory in use, measured so that only what is kept shows. Tests run with --expose-gc. */

/** Bytes on the heap and in array buffers after collecting; twice, since buffers are let go one collection later. */
export function bytesInUse(): number {
  const collect = globalThis.gc as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * By how many bytes memory grows over 3 · `steps` calls, after as many to warm up. At both ends the lowest of three samples
 * counts: the engine's own code and feedback come and go, what is kept stays.
 */
export function growthOver(steps: number, step: () => void): number {
  const samples = Array.from({ length: 6 }, () => {
    for (let i = 0; i < steps; i++) step();
    return bytesInUse();
  });
  return Math.min(...samples.slice(3)) - Math.min(...samples.slice(0, 3));
}

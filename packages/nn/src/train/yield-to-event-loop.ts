/** Waits for one turn of the event loop, in which timers, input and network are served. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve));
  // Twice, because Chromium handles the first message before the timers that have become due during the work.
  return message().then(message);
}

/** A message to ourselves: browsers delay repeated timers by 4 ms, and messages not at all. */
function message(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * Lets long work share its thread. Await a call of the result between pieces of work: when `milliseconds`
 * have passed since the last turn of the event loop, it waits for one.
 */
export function yieldEvery(milliseconds: number): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await turn();
    since = performance.now();
  };
}

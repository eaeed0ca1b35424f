/** A turn of the event loop: timers, input and network get their chance. Resolves as soon as they have had it. */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void };
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve));
  // Twice, as Chromium takes the first message before the timers that have become due during the work.
  return message().then(message);
}

/** Timers would do everywhere, but browsers make repeated ones wait 4 ms; a message to oneself does not wait. */
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
 * Lets long work share its thread. Call the result between pieces of work and await it: when `milliseconds` have passed since the last
 * time, it gives way for one turn of the event loop.
 */
export function sharedThread(milliseconds: number): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await turn();
    since = performance.now();
  };
}

/** With these two a page is cross-origin isolated: it may share memory with its workers. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The headers that pages are served with, by the name of the setting. */
export const SETTINGS = {
  ordinary: {},
  isolated: ISOLATED,
  'no-workers': {
    ...ISOLATED,
    'Content-Security-Policy': "script-src 'self' 'unsafe-eval'; worker-src 'none'",
  },
  'no-eval': { 'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'" },
  'no-eval-isolated': {
    ...ISOLATED,
    'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:",
  },
  'no-eval-no-wasm': { 'Content-Security-Policy': "script-src 'self'" },
};

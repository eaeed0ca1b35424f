/** The value below which the share q of the sorted values lies, between two of them in proportion. */
function quantile(sorted, q) {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.ceil(place);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

const sort = (values) => [...values].sort((a, b) => a - b);

export const median = (values) => quantile(sort(values), 0.5);

/**
 * The median, and half the quartile distance relative to it; a single disturbed round changes neither much.
 */
export function summarize(values) {
  const sorted = sort(values);
  const center = quantile(sorted, 0.5);
  return {
    median: center,
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / center,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    rounds: sorted.length,
  };
}

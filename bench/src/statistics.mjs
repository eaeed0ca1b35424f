export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median with the range around it: half the distance of the extremes, relative to the median. */
export function summarize(values) {
  const center = median(values);
  return {
    median: center,
    min: Math.min(...values),
    max: Math.max(...values),
    spread: (Math.max(...values) - Math.min(...values)) / 2 / center,
    rounds: values.length,
  };
}

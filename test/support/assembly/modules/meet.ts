// A routine in which threads meet: a call of fewer than four rows waits until another such call has started.

/**
 * @param H   2 when the call is to fail
 * @param out rows of H words, each of which receives how many rows its call had
 */
// @ts-ignore: decorator
@inline
function meet(rows: i32, H: i32, counter: usize, out: usize): void {
  if (rows < 4) {
    atomic.add<i32>(counter, 1);
    while (atomic.load<i32>(counter) < 2) {}
    if (H == 2) unreachable();
  }
  for (let r = 0; r < rows; r++) store<i32>(out + <usize>(r * H * 4), rows);
}

export function meet32(rows: i32, H: i32, counter: usize, out: usize): void {
  meet(rows, H, counter, out);
}

export function meet64(rows: i32, H: i32, counter: usize, out: usize): void {
  meet(rows, H, counter, out);
}

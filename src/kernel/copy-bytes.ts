/** Payloads up to this size are copied byte by byte, which costs less than making a view. */
const shortCopyBytes = 96;

/** Copies between two arrays, without making a view where that costs more than the copying. */
export function copyBytes(
  target: Uint8Array,
  targetAt: number,
  source: Uint8Array,
  sourceAt: number,
  size: number,
): void {
  if (size > shortCopyBytes) {
    target.set(source.subarray(sourceAt, sourceAt + size), targetAt);
    return;
  }
  for (let index = 0; index < size; index++) target[targetAt + index] = source[sourceAt + index] ?? 0;
}

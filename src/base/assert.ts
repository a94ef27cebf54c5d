/** States what must hold here. A failure is an error of the program, not of its input, and may end the process. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}

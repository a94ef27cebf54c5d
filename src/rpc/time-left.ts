/** Time until the deadline of a server's call in ms, not below 0; Infinity for a call without one. */
export function timeLeftMs(deadline: Date | number): number {
  const at = deadline instanceof Date ? deadline.getTime() : deadline;
  return Number.isFinite(at) ? Math.max(0, at - Date.now()) : Infinity;
}

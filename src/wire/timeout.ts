/** The `grpc-timeout` header: at most eight digits and a unit. Source: grpc doc/PROTOCOL-HTTP2.md. */

const pattern = /^(\d{1,8})([HMSmun])$/;
const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};
/** Longest time a timer takes, 2^31 - 1 ms, in whole seconds. */
const longestSeconds = Math.floor((2 ** 31 - 1) / 1000);

/** The time that a header says, in ms; undefined when it is no timeout. */
export function parseTimeoutMs(header: string): number | undefined {
  const found = pattern.exec(header);
  return found === null ? undefined : Number(found[1]) * (unitMs[found[2] ?? ""] ?? 0);
}

/** A longer timeout than a timer takes becomes the longest it takes; everything else stays as it is. */
export function clampTimeout(header: string): string {
  const ms = parseTimeoutMs(header);
  if (ms === undefined) return header;
  return ms > longestSeconds * 1000 ? `${longestSeconds}S` : header;
}

/** How people name versions and shares of calls, and how they are shown. */
import type { Version__Output } from "../rpc/generated/heddle/v1/Version.ts";
import type { KernelInfo } from "../sdk/admin.ts";
import type { Fabric } from "../sdk/fabric.ts";
import type { Arguments } from "./command.ts";
import { UsageError } from "./exit-code.ts";

/** Digits of a digest that people see. */
const shortDigits = 12;

/** The first digits of a digest, enough for people. */
export function shortDigest(digest: string): string {
  return digest.slice(0, shortDigits);
}

/** The whole digest of the one version of a kernel that begins like this. Throws UsageError, KERNEL_NOT_FOUND. */
export async function wholeDigest(
  fabric: Fabric,
  name: string,
  beginning: string,
  signal: AbortSignal,
): Promise<string> {
  const wanted = beginning.toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(wanted)) {
    throw new UsageError(`a version is named by the first hex digits of its digest, not "${beginning}"`);
  }
  const { kernel } = await fabric.admin.kernel(name, { signal });
  const digests = (kernel?.versions ?? []).map(({ digest }) => digest);
  const found = digests.filter((digest) => digest.startsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1) {
    throw new UsageError(`"${beginning}" could be ${found.map(shortDigest).join(" or ")}; give more digits`);
  }
  const known = digests.map(shortDigest).join(", ");
  throw new UsageError(`kernel "${name}" has no version that begins with "${beginning}"; it has: ${known}`);
}

/** A share of the calls as `10%` or `10`; undefined when the option is not given. Throws UsageError. */
export function readPercent(args: Arguments, name: string): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)%?$/.exec(text.trim());
  const percent = match === null ? NaN : Number(match[1]);
  if (percent > 0 && percent <= 100) return percent;
  throw new UsageError(`--${name} must be a share of the calls such as 10%, not "${text}"`);
}

/** Who gets the calls of a kernel, in a few words: `1a2b3c4d5e6f 90%, 6f5e4d3c2b1a 10%`. */
export function trafficOf(kernel: KernelInfo): string {
  const parts = kernel.versions.flatMap(({ digest, percent, shadowPercent }) => [
    ...(percent > 0 ? [`${shortDigest(digest)} ${percent}%`] : []),
    ...(shadowPercent > 0 ? [`${shortDigest(digest)} shadows ${shadowPercent}%`] : []),
  ]);
  return parts.join(", ");
}

/** The share of the calls that one version gets: `10%`, `shadow 5%`, or `-` for none. */
export function trafficText({ percent, shadowPercent }: Version__Output): string {
  return shadowPercent > 0 ? `shadow ${shadowPercent}%` : percent > 0 ? `${percent}%` : "-";
}

/** Time since, as people say it: `12s`, `5m`, `3h`, `2d`. */
export function ageOf(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Bytes as people say them: `812 B`, `14.2 KiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

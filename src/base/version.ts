import { HeddleError } from "./error.ts";

/** The version of this build; a test holds it against package.json. */
export const version = "0.1.0";

const pattern = /^(\d+)\.(\d+)\.(\d+)/;

/** Refuses a peer more than one minor version away, or of another major. Throws VERSION_SKEW. */
export function checkPeerVersion(peer: string, who: string): void {
  const theirs = pattern.exec(peer);
  const ours = pattern.exec(version);
  const near =
    theirs !== null &&
    ours !== null &&
    theirs[1] === ours[1] &&
    Math.abs(Number(theirs[2]) - Number(ours[2])) <= 1;
  if (near) return;
  throw new HeddleError(
    "VERSION_SKEW",
    `${who} speaks version ${JSON.stringify(peer)}, this side ${version}; at most one minor version apart works together`,
  );
}

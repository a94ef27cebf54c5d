/**
 * Which versions of a kernel there are and which get its calls. A version is immutable and named by its digest; the
 * route is all that ever changes. One version serves; another may be on trial, either as a canary, which answers a share
 * of the calls, or as a shadow, which runs a share of them for comparison only. Everything here is pure: a change takes
 * a route and gives the next one, or throws.
 *
 * Invariants: the serving version and the one on trial are among the versions; `history` names only versions that are
 * kept, and never the serving one; no more than `limits.versionsKeptMax` versions are kept beside those two.
 */
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

/** A version that was deployed. */
export interface VersionEntry {
  readonly digest: KernelDigest;
  /** Of the module, in bytes. */
  readonly size: number;
  /** When it was last deployed, in ms since the epoch. */
  readonly deployedAtMs: number;
}

/** A version that is tried beside the serving one; a percent is above 0, and of a canary below 100. */
export interface Trial {
  readonly kind: "canary" | "shadow";
  readonly digest: KernelDigest;
  readonly percent: number;
}

/** How the calls of a kernel are routed. */
export interface Route {
  readonly serving: KernelDigest;
  readonly trial: Trial | undefined;
  /** Versions that served before, the latest first. */
  readonly history: readonly KernelDigest[];
  /** The versions that are kept, the latest deployed first. */
  readonly versions: readonly VersionEntry[];
}

/** The version that gets the next call. */
export function chooseVersion(route: Route, random: Random): KernelDigest {
  const { trial, serving } = route;
  if (trial?.kind !== "canary") return serving;
  return random.next() * 100 < trial.percent ? trial.digest : serving;
}

/** A deployed version takes all calls, or with `trial` a share of them. Gives the same route when nothing changes. */
export function routeDeploy(
  route: Route | undefined,
  version: VersionEntry,
  trial: Omit<Trial, "digest"> | undefined,
): Route {
  const { digest } = version;
  if (trial === undefined) {
    if (route === undefined) return { serving: digest, trial: undefined, history: [], versions: [version] };
    return digest === route.serving ? route : serve(withVersion(route, version), digest);
  }
  if (route === undefined) {
    throw refused(`there is no version to compare a ${trial.kind} with; deploy it without --${trial.kind}`);
  }
  if (digest === route.serving) throw refused(`version ${short(digest)} serves already; it needs no trial`);
  const same =
    route.trial?.digest === digest &&
    route.trial.kind === trial.kind &&
    route.trial.percent === trial.percent;
  return same ? route : kept({ ...withVersion(route, version), trial: { ...trial, digest } });
}

/** The version on trial, or another one that is kept, takes a share of the calls or, with 0 or 100, all of them. */
export function routePromote(route: Route, wanted: KernelDigest | undefined, percent: number): Route {
  const digest = wanted ?? route.trial?.digest;
  if (digest === undefined) {
    throw refused("no version is on trial; say which to promote, or deploy one with --canary or --shadow");
  }
  checkKept(route, digest);
  if (digest === route.serving) throw refused(`version ${short(digest)} serves already`);
  if (percent === 0 || percent === 100) return serve(route, digest);
  return { ...route, trial: { kind: "canary", digest, percent } };
}

/** Ends a trial; without one, or with a digest, an earlier version serves again. */
export function routeRollback(route: Route, wanted: KernelDigest | undefined): Route {
  if (wanted === undefined && route.trial !== undefined) return kept({ ...route, trial: undefined });
  const digest = wanted ?? route.history[0];
  if (digest === undefined)
    throw refused("no version served before this one; there is nothing to go back to");
  checkKept(route, digest);
  if (digest === route.serving) {
    if (route.trial !== undefined) return kept({ ...route, trial: undefined });
    throw refused(`version ${short(digest)} serves already`);
  }
  const history = route.history.slice(route.history.indexOf(digest) + 1);
  return kept({ ...route, serving: digest, trial: undefined, history: history.filter(not(digest)) });
}

/** A version is let go. */
export function routeRemove(route: Route, digest: KernelDigest): Route {
  checkKept(route, digest);
  if (digest === route.serving) {
    throw refused(`version ${short(digest)} serves; promote or roll back to another before it is removed`);
  }
  if (digest === route.trial?.digest) {
    throw refused(`version ${short(digest)} is on trial; roll back before it is removed`);
  }
  const versions = route.versions.filter((version) => version.digest !== digest);
  return { ...route, versions, history: route.history.filter(not(digest)) };
}

function serve(route: Route, digest: KernelDigest): Route {
  const history = [route.serving, ...route.history.filter(not(route.serving))].filter(not(digest));
  return kept({ ...route, serving: digest, trial: undefined, history });
}

function withVersion(route: Route, version: VersionEntry): Route {
  const others = route.versions.filter(({ digest }) => digest !== version.digest);
  return { ...route, versions: [version, ...others] };
}

/** Lets go of versions beyond the bound, the oldest first, but not of the one a rollback would lead to. */
function kept(route: Route): Route {
  const busy = new Set([route.serving, route.trial?.digest, route.history[0]]);
  let room: number = limits.versionsKeptMax - (route.history.length > 0 ? 1 : 0);
  const versions = route.versions.filter(({ digest }) => busy.has(digest) || room-- > 0);
  const left = new Set(versions.map(({ digest }) => digest));
  return { ...route, versions, history: route.history.filter((digest) => left.has(digest)) };
}

function checkKept(route: Route, digest: KernelDigest): void {
  if (route.versions.some((version) => version.digest === digest)) return;
  const known = route.versions.map((version) => short(version.digest)).join(", ");
  throw new HeddleError("KERNEL_NOT_FOUND", `there is no version ${short(digest)}; there are: ${known}`);
}

function not(digest: KernelDigest): (other: KernelDigest) => boolean {
  return (other) => other !== digest;
}

function short(digest: KernelDigest): string {
  return digest.slice(0, 12);
}

function refused(said: string): HeddleError {
  return new HeddleError("ROUTE_REFUSED", said);
}

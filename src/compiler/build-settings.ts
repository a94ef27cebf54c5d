/**
 * How a kernel is compiled: the keys that an author may write beside those of the manifest. They shape the code and
 * stay behind at build time, since what nodes need to know of it they read off the code itself.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { manifestKeys, type ManifestInput } from "../kernel/manifest.ts";

/** How the memory of a call is managed. */
export const runtimes = ["stub", "minimal", "incremental"] as const;
export type Runtime = (typeof runtimes)[number];

/** Instructions beyond those that every kernel may use. */
export const features = ["relaxed-simd"] as const;
export type Feature = (typeof features)[number];

/** Where the source map goes: into the module, into a file beside it, or nowhere. */
const sourceMapPlaces = ["module", "beside", "none"] as const;
export type SourceMapPlace = (typeof sourceMapPlaces)[number];

/** Complete settings. */
export interface BuildSettings {
  /**
   * `stub`: memory is only ever added to, and the reset frees it. `minimal`: objects are freed where the kernel calls
   * `__collect()`. `incremental`: objects are freed while the kernel runs.
   */
  readonly runtime: Runtime;
  readonly features: readonly Feature[];
  readonly sourceMap: SourceMapPlace;
  /**
   * Memory that an instance begins with, a multiple of 64 KiB; it has more where the code needs more. A call that makes
   * do with it is followed by clearing what was written; one that needs more, by a new instance.
   */
  readonly memoryInitialBytes: number;
  /** All NaNs are made one wherever their bits can be seen, so that results do not depend on the processor. */
  readonly deterministic: boolean;
}

/** Everything an author may write, all of it optional. */
export type BuildInput = ManifestInput & Partial<BuildSettings>;

const pageBytes = 64 * 1024;

const keys = [
  "runtime",
  "features",
  "sourceMap",
  "memoryInitialBytes",
  "deterministic",
] as const satisfies readonly (keyof BuildSettings)[];

/**
 * Parts what an author wrote into settings and what is for the manifest, whose values are not looked at here. Throws
 * BAD_MANIFEST for an unknown key or setting.
 */
export function splitBuildInput(input: Readonly<Record<string, unknown>>): {
  readonly settings: BuildSettings;
  readonly manifest: Readonly<Record<string, unknown>>;
} {
  const known = [...manifestKeys.filter((key) => key !== "compiler" && key !== "kind"), ...keys];
  const unknown = Object.keys(input).find((key) => !known.some((each) => each === key));
  if (unknown !== undefined) throw bad(`unknown key "${unknown}"; known are ${known.join(", ")}`);
  const { runtime, features: wanted, sourceMap, memoryInitialBytes, deterministic, ...manifest } = input;
  const settings = {
    runtime: readChoice("runtime", runtimes, runtime),
    features: readFeatures(wanted),
    sourceMap: readChoice("sourceMap", sourceMapPlaces, sourceMap),
    memoryInitialBytes: readBytes("memoryInitialBytes", memoryInitialBytes),
    deterministic: readSwitch("deterministic", deterministic),
  };
  if (settings.deterministic && settings.features.includes("relaxed-simd")) {
    throw bad(`"deterministic" excludes relaxed-simd, whose results differ between processors; drop one`);
  }
  return { settings, manifest };
}

/** One of several words; the first when none is given. */
function readChoice<const Word extends string>(
  key: string,
  words: readonly [Word, ...Word[]],
  given: unknown,
): Word {
  if (given === undefined) return words[0];
  const found = words.find((each) => each === given);
  if (found === undefined)
    throw bad(`"${key}" must be one of ${words.join(", ")}, not ${JSON.stringify(given)}`);
  return found;
}

function readBytes(key: string, given: unknown): number {
  if (given === undefined) return 0;
  const isWhole = typeof given === "number" && Number.isInteger(given) && given % pageBytes === 0;
  if (isWhole && given >= 0 && given <= limits.resetImageMaxBytes) return given;
  const most = `at most ${limits.resetImageMaxBytes}`;
  throw bad(`"${key}" must be a multiple of ${pageBytes}, ${most}, not ${JSON.stringify(given)}`);
}

function readSwitch(key: string, given: unknown): boolean {
  if (given === undefined || typeof given === "boolean") return given ?? false;
  throw bad(`"${key}" must be true or false, not ${JSON.stringify(given)}`);
}

function readFeatures(given: unknown): Feature[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw bad(`"features" must be an array of names, not ${JSON.stringify(given)}`);
  const wanted = given.map((name: unknown) => {
    const found = features.find((each) => each === name);
    if (found !== undefined) return found;
    const said = `"features" has ${JSON.stringify(name)}; there is ${features.join(", ")}`;
    throw bad(name === "simd" ? `${said}, and simd is always on` : said);
  });
  return [...new Set(wanted)];
}

function bad(said: string): HeddleError {
  return new HeddleError("BAD_MANIFEST", `manifest: ${said}`);
}

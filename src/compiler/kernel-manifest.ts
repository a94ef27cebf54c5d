/**
 * Where the manifest of a kernel and the settings of its build come from: what the caller gives, over `heddle.json`
 * beside the source, over a comment in the source, `/* heddle { "timeLimitMs": 60000 } *\/`, over the defaults. Each is
 * a JSON object of some of the keys.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "assemblyscript/asc";
import { HeddleError } from "../base/error.ts";
import { resolveManifest, type Manifest } from "../kernel/manifest.ts";
import { splitBuildInput, type BuildInput, type BuildSettings } from "./build-settings.ts";
import type { RawComment } from "./doc-comment.ts";
import { noteRead } from "./read-notes.ts";

/** The sources of a manifest that do not lie in the kernel's own text. */
export interface ManifestSources {
  readonly folder: string;
  readonly fileName: string;
  readonly given: BuildInput;
  /** All comments of the kernel's file. */
  readonly comments: readonly RawComment[];
}

/** Puts manifest and settings together. Throws BAD_MANIFEST or RESERVED_NAME. */
export async function readManifest({
  folder,
  fileName,
  given,
  comments,
}: ManifestSources): Promise<{ readonly manifest: Manifest; readonly settings: BuildSettings }> {
  const sidecar = await readSidecar(folder);
  const { settings, manifest } = splitBuildInput({
    ...readComment(fileName, comments),
    ...sidecar,
    ...given,
  });
  const input = { ...manifest, compiler: `assemblyscript ${version}` };
  return { manifest: resolveManifest(input, { name: fileName.replace(/\.ts$/, "") }), settings };
}

async function readSidecar(folder: string): Promise<object> {
  const file = join(folder, "heddle.json");
  noteRead(file, null);
  try {
    const text = await readFile(file, "utf8");
    noteRead(file, text);
    return parseObject("heddle.json", text);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing) return {};
    if (error instanceof HeddleError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new HeddleError("BAD_MANIFEST", `heddle.json: it cannot be read: ${said}`, { cause: error });
  }
}

function readComment(fileName: string, comments: readonly RawComment[]): object {
  const found = comments.flatMap(({ text }) => {
    const json = /^\/\*+\s*heddle\s*(\{[\s\S]*\})\s*\*+\/$/.exec(text)?.[1];
    return json === undefined ? [] : [json];
  });
  if (found.length > 1) {
    throw new HeddleError(
      "BAD_MANIFEST",
      `${fileName}: there are ${found.length} manifest comments; keep one`,
    );
  }
  const [json] = found;
  return json === undefined ? {} : parseObject(`${fileName}, manifest comment`, json);
}

function parseObject(where: string, json: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new HeddleError("BAD_MANIFEST", `${where}: not JSON: ${said}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new HeddleError("BAD_MANIFEST", `${where}: must be a JSON object`);
}

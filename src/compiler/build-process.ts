/**
 * The process of a `Builder`: compiling blocks for as long as it takes, and a compiler that stays in memory is several
 * times faster than a new one. Ends when its parent does.
 */
import { createHash } from "node:crypto";
import { buildKernel } from "./compile.ts";
import { withReadNotes, type ReadNotes } from "./read-notes.ts";
import { HeddleError } from "../base/error.ts";
import type { BuildOrder, BuildOutcome, SeenFiles } from "./build-messages.ts";

process.on("message", (order: BuildOrder) => {
  void build(order).then((outcome) => process.send?.(outcome));
});
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole group; the parent decides when this one is not needed any more.
process.on("SIGINT", () => {});

async function build({ id, file, optimize }: BuildOrder): Promise<BuildOutcome> {
  const notes: ReadNotes = new Map();
  const started = performance.now();
  try {
    const built = await withReadNotes(notes, () => buildKernel({ file, optimize }));
    const { name, wasm, schema, warnings, buildMs } = built;
    return { kind: "built", id, files: seen(notes), name, wasm, descriptor: schema.bytes, warnings, buildMs };
  } catch (error) {
    const { reason, rawMessage: message } = HeddleError.from(error);
    return { kind: "failed", id, files: seen(notes), reason, message, buildMs: performance.now() - started };
  }
}

function seen(notes: ReadNotes): SeenFiles {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  return new Map([...notes].map(([path, text]) => [path, text === null ? "" : digest(text)]));
}

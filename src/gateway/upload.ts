/** The upload of a module: a header, then its bytes, bounded by what the header announced. */
import { createHash } from "node:crypto";
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { untilAborted, withTimeout } from "../base/signals.ts";
import type { DeployHeader__Output as DeployHeader } from "../rpc/generated/heddle/v1/DeployHeader.ts";
import type { DeployRequest__Output as DeployRequest } from "../rpc/generated/heddle/v1/DeployRequest.ts";
import { ArrivingModule } from "./arriving-module.ts";
import type { DeployPlan } from "./deploy-plan.ts";

/** A module that has been uploaded. */
export interface Upload {
  readonly header: DeployHeader;
  readonly bytes: Buffer;
  /** Of the bytes. */
  readonly digest: KernelDigest;
  /** As it came. */
  readonly module: ArrivingModule;
}

/** Hears of a module whose bytes are to come. */
export type UploadBegun = (header: DeployHeader, module: ArrivingModule) => void;

/** Reads an upload. Throws BAD_REQUEST, MODULE_TOO_LARGE, and DEADLINE when nothing comes for `silentMs`. */
export async function receiveUpload(
  messages: AsyncIterable<unknown>,
  silentMs: number = limits.uploadSilentMs,
  begun?: UploadBegun,
): Promise<Upload> {
  const hash = createHash("sha256");
  let header: DeployHeader | undefined;
  let module = new ArrivingModule(0);
  for await (const message of withoutPauses(messages, silentMs)) {
    const part = message as DeployRequest; // the service's deserializer made it
    if (header === undefined) {
      if (!part.header)
        throw new HeddleError("BAD_REQUEST", "the first message of a Deploy must be its header");
      header = part.header;
      if (header.size > limits.moduleMaxBytes) throw tooLarge(`announced ${header.size} bytes`);
      module = new ArrivingModule(header.size);
      begun?.(header, module);
      continue;
    }
    if (!part.data) throw new HeddleError("BAD_REQUEST", "after its header a Deploy holds data only");
    if (module.received + part.data.length > header.size)
      throw tooLarge(`more than the announced ${header.size} bytes`);
    hash.update(part.data);
    module.add(part.data);
  }
  if (header === undefined) throw new HeddleError("BAD_REQUEST", "a Deploy without a header");
  if (module.received < header.size) {
    throw new HeddleError("BAD_REQUEST", `the upload ended after ${module.received} of ${header.size} bytes`);
  }
  const digest = hash.digest("hex") as KernelDigest; // a sha-256 in hex is what the type means
  return { header, bytes: module.bytes, digest, module };
}

/** The messages, each within `silentMs` of the one before: an upload that stands still keeps others from theirs. */
async function* withoutPauses(messages: AsyncIterable<unknown>, silentMs: number): AsyncGenerator<unknown> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      using patience = withTimeout(undefined, silentMs, "the next part of the upload");
      const step = await untilAborted(iterator.next(), patience.signal);
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    // Not awaited: it may be what the iterator waits for that never comes. The answer ends the stream under it.
    iterator.return?.().catch(() => {});
  }
}

/** What a header asks for beside the module. Throws BAD_REQUEST. */
export function planOf(header: DeployHeader): Pick<DeployPlan, "breaking" | "trial"> {
  const { breaking, canaryPercent: canary, shadowPercent: shadow } = header;
  if (canary !== 0 && shadow !== 0) {
    throw new HeddleError(
      "BAD_REQUEST",
      "a version is either a canary or a shadow; give one percentage only",
    );
  }
  if (canary !== 0 && !(canary > 0 && canary < 100)) {
    throw new HeddleError("BAD_REQUEST", `canary_percent must be above 0 and below 100, not ${canary}`);
  }
  if (shadow !== 0 && !(shadow > 0 && shadow <= 100)) {
    throw new HeddleError("BAD_REQUEST", `shadow_percent must be above 0 and at most 100, not ${shadow}`);
  }
  if (canary === 0 && shadow === 0) return { breaking };
  const trial =
    canary === 0
      ? ({ kind: "shadow", percent: shadow } as const)
      : ({ kind: "canary", percent: canary } as const);
  return { breaking, trial };
}

function tooLarge(what: string): HeddleError {
  return new HeddleError(
    "MODULE_TOO_LARGE",
    `the module is too large: ${what}; the limit is ${limits.moduleMaxBytes}`,
  );
}

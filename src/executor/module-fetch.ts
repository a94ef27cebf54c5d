/** Fetches a module by digest from whoever has it; the bytes are verified before anybody sees them. */
import { createHash } from "node:crypto";
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { secretMetadata } from "../rpc/channel.ts";
import { fetchModuleStream } from "../rpc/clients.ts";
import type { KernelDigest } from "../base/ids.ts";

/** Bytes of the module. Throws what the peer answered, MODULE_TOO_LARGE, or MODULE_CORRUPT when the digest differs. */
export async function fetchModule(peer: Client, secret: string, digest: KernelDigest): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  const hash = createHash("sha256");
  for await (const message of fetchModuleStream(peer, { digest }, secretMetadata(secret))) {
    size += message.data.length;
    if (size > limits.moduleMaxBytes) {
      throw new HeddleError(
        "MODULE_TOO_LARGE",
        `module ${digest} has more than ${limits.moduleMaxBytes} bytes`,
      );
    }
    hash.update(message.data);
    parts.push(message.data);
  }
  const actual = hash.digest("hex");
  if (actual !== digest) {
    throw new HeddleError("MODULE_CORRUPT", `module ${digest} arrived with digest ${actual}`);
  }
  return Buffer.concat(parts);
}

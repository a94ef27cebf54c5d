/** `GET /v1` and `GET /v1/<kernel>`: what can be called. */
import { functionSignature } from "../wire/function-signature.ts";
import { readDescriptorSet } from "../wire/descriptor-read.ts";
import { printProtoFiles } from "../wire/proto-text.ts";
import type { ApiKernel, ApiKernelDetails, ApiKernels } from "../wire/api.ts";
import { serviceNameOf, type KernelRecord } from "./kernel-record.ts";
import type { Registry } from "./registry.ts";
import { methodPathOf } from "./typed-service.ts";

/** All kernels by name. */
export function describeKernels(registry: Registry): ApiKernels {
  return { kernels: registry.list().map(kernelOf) };
}

/** One kernel. Throws KERNEL_NOT_FOUND. */
export function describeKernel(registry: Registry, name: string, digest: string): ApiKernelDetails {
  const record = registry.get(name, digest);
  const files = printProtoFiles(readDescriptorSet(record.admitted.schema.bytes));
  return { ...kernelOf(record), proto: files.map(({ name: file, text }) => ({ name: file, text })) };
}

function kernelOf(record: KernelRecord): ApiKernel {
  const { name, digest, size, deployedAtMs, admitted } = record;
  const { schema, manifest, pure, deterministic, capabilities } = admitted;
  return {
    name,
    comment: schema.comment,
    digest,
    kind: manifest.kind,
    service: serviceNameOf(record),
    pure,
    deterministic,
    capabilities: [...capabilities],
    sizeBytes: size,
    deployedAtMs,
    timeLimitMs: manifest.timeLimitMs,
    memoryMaxBytes: manifest.memoryMaxBytes,
    functions: schema.functions.map((fn) => ({
      name: fn.name,
      path: `/v1/${name}/${fn.name}`,
      method: methodPathOf(record, fn.method),
      signature: functionSignature(fn),
      comment: fn.comment,
    })),
  };
}

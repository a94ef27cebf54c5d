/** Kernels as the API shows them. */
import type { Kernel } from "../rpc/generated/heddle/v1/Kernel.ts";
import type { ShadowReport } from "../rpc/generated/heddle/v1/ShadowReport.ts";
import type { Version } from "../rpc/generated/heddle/v1/Version.ts";
import { serviceNameOf, type KernelRecord } from "./kernel-record.ts";
import type { Route } from "./route.ts";
import type { RoutedKernel } from "./route-store.ts";

/** What the comparison of a shadowing version found so far. */
export type ReportOf = (name: string, digest: string) => ShadowReport | undefined;

const moduleKinds = {
  typed: "MODULE_KIND_TYPED",
  raw: "MODULE_KIND_RAW",
  wasi: "MODULE_KIND_WASI",
} as const;

/** One version of a kernel with everything that is known of the others. */
export function describeKernel(kernel: RoutedKernel, record: KernelRecord, reportOf: ReportOf): Kernel {
  const { admitted } = record;
  const { schema, manifest } = admitted;
  const service = serviceNameOf(record);
  return {
    name: record.name,
    digest: record.digest,
    size: record.size,
    deployedAtMs: record.deployedAtMs,
    functions: schema.functions.map(({ name, method, request, response, comment }) => ({
      name,
      requestType: request.fullName,
      responseType: response.fullName,
      comment,
      path: `/${service}/${method}`,
    })),
    pure: admitted.pure,
    capabilities: [...admitted.capabilities],
    timeLimitMs: manifest.timeLimitMs,
    memoryMaxBytes: manifest.memoryMaxBytes,
    deterministic: admitted.deterministic,
    kind: moduleKinds[manifest.kind],
    service,
    versions: [...kernel.versions.values()].map((version) => describeVersion(kernel, version, reportOf)),
  };
}

function describeVersion(kernel: RoutedKernel, record: KernelRecord, reportOf: ReportOf): Version {
  const { admitted, digest } = record;
  const { trial } = kernel.route;
  const shadows = trial?.kind === "shadow" && trial.digest === digest;
  const report = shadows ? reportOf(kernel.name, digest) : undefined;
  return {
    digest,
    size: record.size,
    deployedAtMs: record.deployedAtMs,
    percent: percentOf(kernel.route, digest),
    shadowPercent: shadows ? trial.percent : 0,
    functions: [...record.functions.keys()],
    pure: admitted.pure,
    capabilities: [...admitted.capabilities],
    deterministic: admitted.deterministic,
    compiler: admitted.manifest.compiler,
    ...(report === undefined ? {} : { shadow: report }),
  };
}

/** The share of the calls that a version answers. */
function percentOf(route: Route, digest: string): number {
  const canary = route.trial?.kind === "canary" ? route.trial : undefined;
  if (digest === canary?.digest) return canary.percent;
  return digest === route.serving ? 100 - (canary?.percent ?? 0) : 0;
}

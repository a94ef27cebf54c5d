/** What `heddle describe` tells of a kernel: facts of the fabric and of its descriptor, as data and as text. */
import { typesOfFunction, type ParameterType } from "../compiler/typegen.ts";
import type { GetResponse__Output } from "../rpc/generated/heddle/v1/GetResponse.ts";
import { ModuleKind } from "../rpc/generated/heddle/v1/ModuleKind.ts";
import type { Version__Output } from "../rpc/generated/heddle/v1/Version.ts";
import type { ApiKernel } from "../wire/api.ts";
import { readDescriptorSet } from "../wire/descriptor-read.ts";
import type { FileDescriptorSet } from "../wire/descriptor.ts";
import { printTypes } from "../wire/proto-text.ts";
import { readKernelSchema, type FunctionSchema, type KernelSchema } from "../wire/schema.ts";
import { presenceOf, type Presence } from "./kernel-target.ts";
import { table } from "./output.ts";
import { printable } from "./printable.ts";
import { invokeLine, sampleRequest, shellQuoted } from "./sample-request.ts";
import { shortDigest, sizeText, trafficText } from "./version-digest.ts";

/** Where the examples go. */
export interface ExampleAddresses {
  readonly grpc: string;
  readonly http: string;
}

/** A function, described. */
export interface FunctionDescription {
  /** `kernel/function`. */
  readonly name: string;
  /** TypeScript-like: `linalg/matmul(a: Matrix, b: Matrix): Matrix`. */
  readonly signature: string;
  readonly comment: string;
  readonly parameters: readonly ParameterType[];
  readonly result: { readonly type: string; readonly comment: string };
  /** Path of its gRPC method. */
  readonly path: string;
  /** Its messages in protobuf. */
  readonly proto: string;
  /** A request that it decodes. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Command lines that call it. */
  readonly examples: readonly string[];
}

/** A kernel, described: what the HTTP port tells of it, with its versions and more of its functions. */
export interface KernelDescription extends Omit<ApiKernel, "functions"> {
  readonly versions: readonly Version__Output[];
  readonly functions: readonly FunctionDescription[];
}

const kindNames: ReadonlyMap<number, string> = new Map([
  [ModuleKind.MODULE_KIND_RAW, "raw"],
  [ModuleKind.MODULE_KIND_WASI, "wasi"],
]);

/** Puts together what is known of a kernel. */
export function describeKernel(
  name: string,
  { kernel, descriptorSet }: GetResponse__Output,
  addresses: ExampleAddresses,
): KernelDescription {
  const schema = readKernelSchema(descriptorSet);
  const set = readDescriptorSet(descriptorSet);
  const service = kernel?.service || fullService(schema);
  const paths = new Map(kernel?.functions.map((fn) => [fn.name, fn.path]));
  return {
    name,
    comment: schema.comment,
    digest: kernel?.digest ?? "",
    kind: kindNames.get(kernel?.kind ?? 0) ?? "typed",
    service,
    pure: kernel?.pure ?? false,
    deterministic: kernel?.deterministic ?? false,
    capabilities: kernel?.capabilities ?? [],
    timeLimitMs: kernel?.timeLimitMs ?? 0,
    memoryMaxBytes: kernel?.memoryMaxBytes ?? 0,
    sizeBytes: kernel?.size ?? 0,
    deployedAtMs: kernel?.deployedAtMs ?? 0,
    versions: kernel?.versions ?? [],
    functions: schema.functions.map((fn) => {
      const path = paths.get(fn.name) || `/${service}/${fn.method}`;
      return describeFunction({ name, schema, set, path, addresses, presence: presenceOf(kernel) }, fn);
    }),
  };
}

interface Around {
  readonly name: string;
  readonly schema: KernelSchema;
  readonly set: FileDescriptorSet;
  readonly path: string;
  readonly addresses: ExampleAddresses;
  readonly presence: Presence;
}

function describeFunction(
  { name, schema, set, path, addresses, presence }: Around,
  fn: FunctionSchema,
): FunctionDescription {
  const { parameters, result } = typesOfFunction(schema, fn, { name, ...presence });
  const fullName = `${name}/${fn.name}`;
  const listed = parameters.map((each) => `${each.name}${each.optional ? "?" : ""}: ${each.type}`);
  const rpc = `rpc ${fn.method}(${fn.request.fullName}) returns (${fn.response.fullName});`;
  const request = sampleRequest(fn.request);
  const json = shellQuoted(JSON.stringify(request));
  return {
    name: fullName,
    signature: `${fullName}(${listed.join(", ")}): ${result}`,
    comment: fn.comment,
    parameters,
    result: { type: result, comment: fn.response.fields[0]?.comment ?? "" },
    path,
    proto: `${rpc}\n\n${printTypes(set, [fn.request.fullName, fn.response.fullName])}`,
    request,
    examples: [
      invokeLine(fullName, request, addresses.grpc),
      `grpcurl -plaintext -d ${json} ${addresses.grpc} ${path.slice(1)}`,
      `curl -H 'content-type: application/json' -d ${json} http://${addresses.http}/v1/${fullName}`,
    ],
  };
}

function fullService({ package: packageName, service }: KernelSchema): string {
  return packageName === "" ? service : `${packageName}.${service}`;
}

/** The description of a kernel for people. */
export function kernelText(kernel: KernelDescription): string {
  const functions = kernel.functions.flatMap(({ signature, comment }) => [
    `  ${signature}`,
    ...indented(comment.split("\n")[0] ?? "").map((line) => `    ${line}`),
  ]);
  return [
    `kernel ${kernel.name}`,
    ...indented(kernel.comment),
    "",
    ...factLines(kernel),
    "",
    "functions",
    ...functions,
    "",
    "versions",
    ...indented(versionTable(kernel)),
    "",
    `heddle describe ${kernel.functions[0]?.name ?? kernel.name} tells more of a function`,
  ].join("\n");
}

/** The description of one of its functions for people. */
export function functionText(kernel: KernelDescription, fn: FunctionDescription): string {
  const said = fn.parameters.filter(({ comment }) => comment !== "");
  const rows = said.map(({ name, comment }) => [name, comment.replaceAll("\n", " ")] as const);
  if (fn.result.comment !== "") rows.push(["→", fn.result.comment.replaceAll("\n", " ")]);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [
    fn.signature,
    ...indented(fn.comment),
    ...(rows.length === 0
      ? []
      : ["", ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${printable(text)}`)]),
    "",
    ...factLines(kernel),
    `method    ${fn.path}`,
    "",
    "versions",
    ...indented(versionTable(kernel)),
    "",
    "protobuf",
    ...indented(fn.proto),
    "",
    "call it",
    ...fn.examples.map((line) => `  ${line}`),
  ].join("\n");
}

function factLines(kernel: KernelDescription): string[] {
  const used = kernel.capabilities.length === 0 ? [] : [`reads ${kernel.capabilities.join(" and ")}`];
  const effects = kernel.pure
    ? [
        "pure: may be run again at any time",
        ...used,
        ...(kernel.deterministic ? ["deterministic"] : []),
      ].join("; ")
    : kernel.capabilities.join(", ") || "may have any";
  const memory = `${(kernel.memoryMaxBytes / 2 ** 20).toLocaleString("en")} MiB`;
  const age = kernel.deployedAtMs === 0 ? "" : `, deployed ${new Date(kernel.deployedAtMs).toISOString()}`;
  return [
    `digest    ${shortDigest(kernel.digest)}${age}`,
    `module    ${kernel.kind}, ${kernel.sizeBytes.toLocaleString("en")} bytes`,
    `limits    ${kernel.timeLimitMs.toLocaleString("en")} ms and ${memory} for each call`,
    `effects   ${effects}`,
    `service   ${kernel.service}`,
  ];
}

function versionTable({ versions, digest, deployedAtMs, sizeBytes }: KernelDescription): string {
  const rows = versions.map((version) => [
    shortDigest(version.digest),
    trafficText(version),
    sizeText(version.size),
    new Date(version.deployedAtMs).toISOString(),
    version.compiler,
  ]);
  const only = [shortDigest(digest), "100%", sizeText(sizeBytes), new Date(deployedAtMs).toISOString(), ""];
  return table(["DIGEST", "TRAFFIC", "SIZE", "DEPLOYED", "BUILT BY"], rows.length === 0 ? [only] : rows);
}

function indented(text: string): string[] {
  // Comments come with uploaded modules.
  return text === "" ? [] : text.split("\n").map((line) => `  ${printable(line)}`.trimEnd());
}

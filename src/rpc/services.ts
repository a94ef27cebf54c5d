/**
 * The service definitions, loaded once from `proto/`. The two frame streams (Session, Execute) are defined here with
 * raw bytes on both sides: their frames are read and written by `wire/`, not by the generic protobuf library.
 */
import { fileURLToPath } from "node:url";
import {
  loadPackageDefinition,
  type MethodDefinition,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { assert } from "../base/assert.ts";
import type { ProtoGrpcType as ClusterTypes } from "./generated/cluster.ts";
import type { ProtoGrpcType as ExecutorTypes } from "./generated/executor.ts";
import type { ProtoGrpcType as HealthTypes } from "./generated/health.ts";
import type { ProtoGrpcType as KernelsTypes } from "./generated/kernels.ts";
import type { ProtoGrpcType as FabricTypes } from "./generated/fabric.ts";

const protoFolder = fileURLToPath(new URL("../../proto/", import.meta.url));

const files = ["fabric", "executor", "kernels", "cluster"].map((name) => `heddle/v1/${name}.proto`);

const reflectionVersions = ["v1", "v1alpha"];
const reflectionFiles = reflectionVersions.map((version) => `grpc/reflection/${version}/reflection.proto`);

const definition = loadSync([...files, "grpc/health/v1/health.proto", ...reflectionFiles], {
  includeDirs: [protoFolder],
  longs: Number,
  enums: Number,
  defaults: true,
  oneofs: true,
});

type Loaded = ClusterTypes & ExecutorTypes & HealthTypes & KernelsTypes & FabricTypes;
// What proto-loader returns has no static type; its own generator wrote these types from the same files.
const loaded = loadPackageDefinition(definition) as unknown as Loaded;

/** Client constructors and service definitions of `heddle.v1`. */
export const heddle = loaded.heddle.v1;
/** Client constructors and service definitions of `grpc.health.v1`. */
export const health = loaded.grpc.health.v1;

const identity = (bytes: Buffer): Buffer => bytes;

/** A bidirectional stream of raw messages. */
export type RawStreamDefinition = MethodDefinition<Buffer, Buffer>;

function rawStream(path: string): RawStreamDefinition {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

/** `Fabric.Session` with raw messages. */
export const sessionMethod = rawStream("/heddle.v1.Fabric/Session");
/** `Executor.Execute` with raw messages. */
export const executeMethod = rawStream("/heddle.v1.Executor/Execute");

/** The Fabric service with its Session stream raw. */
export const fabricService: ServiceDefinition<UntypedServiceImplementation> = {
  ...service("heddle.v1.Fabric"),
  Session: sessionMethod,
};
/** The Executor service with its Execute stream raw. */
export const executorService: ServiceDefinition<UntypedServiceImplementation> = {
  ...service("heddle.v1.Executor"),
  Execute: executeMethod,
};
/** `grpc.reflection.v1.ServerReflection` and that of v1alpha, whose messages are the same. */
export const reflectionServices = reflectionVersions.map((version) =>
  service(`grpc.reflection.${version}.ServerReflection`),
);

function service(name: string): ServiceDefinition<UntypedServiceImplementation> {
  const found = definition[name];
  assert(found !== undefined && !("format" in found), `proto/ defines the service ${name}`);
  return found as ServiceDefinition<UntypedServiceImplementation>; // messages and enums have a format
}

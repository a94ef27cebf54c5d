/**
 * The service definitions, from the table that `npm run generate` makes of `proto/`. The two frame streams (Session,
 * Execute) are defined here with raw bytes on both sides: their frames are read and written by `wire/`.
 */
import {
  loadPackageDefinition,
  type MethodDefinition,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { assert } from "../base/assert.ts";
import type { ProtoGrpcType as ClusterTypes } from "./generated/cluster.ts";
import type { ProtoGrpcType as ExecutorTypes } from "./generated/executor.ts";
import type { ProtoGrpcType as HealthTypes } from "./generated/health.ts";
import type { ProtoGrpcType as KernelsTypes } from "./generated/kernels.ts";
import type { ProtoGrpcType as FabricTypes } from "./generated/fabric.ts";
import { serviceTable } from "./generated/service-table.ts";
import { messageCodec, type MethodRow } from "./message-codec.ts";

const reflectionVersions = ["v1", "v1alpha"];

const definition: Readonly<Record<string, ServiceDefinition<UntypedServiceImplementation>>> =
  Object.fromEntries(
    Object.entries(serviceTable.services).map(([name, methods]) => [
      name,
      Object.fromEntries(methods.map((method) => [method.name, methodOf(name, method)])),
    ]),
  );

function methodOf(service: string, method: MethodRow): MethodDefinition<object, object> {
  const { name, request, response, requestStream, responseStream } = method;
  const [asked, answered] = [messageCodec(request), messageCodec(response)];
  return {
    path: `/${service}/${name}`,
    ...{ requestStream, responseStream },
    requestSerialize: asked.serialize,
    requestDeserialize: asked.deserialize,
    responseSerialize: answered.serialize,
    responseDeserialize: answered.deserialize,
    originalName: name.charAt(0).toLowerCase() + name.slice(1),
  };
}

type Loaded = ClusterTypes & ExecutorTypes & HealthTypes & KernelsTypes & FabricTypes;
// The table has no static type; proto-loader's generator wrote these types from the same files.
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
  assert(found !== undefined, `proto/ defines the service ${name}`);
  return found;
}

import * as conventions from "@opentelemetry/semantic-conventions";
import * as incubating from "@opentelemetry/semantic-conventions/incubating";
import { describe, expect, it } from "vitest";
import { Attribute, rpcSystemGrpc, serverAttributes } from "../../src/telemetry/attributes.ts";

/** Attributes that OpenTelemetry still calls experimental in 1.45. */
const experimental: string[] = [
  incubating.ATTR_FAAS_INVOKED_NAME,
  incubating.ATTR_FAAS_NAME,
  incubating.ATTR_FAAS_VERSION,
  incubating.ATTR_FAAS_INVOCATION_ID,
  incubating.ATTR_FAAS_COLDSTART,
  incubating.ATTR_PROCESS_PID,
];

describe("Attribute", () => {
  it("holds names of the conventions or of Heddle's own, each once", () => {
    const stable = new Set<unknown>(
      Object.entries(conventions).flatMap(([key, value]) => (key.startsWith("ATTR_") ? [value] : [])),
    );
    const names = Object.values(Attribute);
    expect(names.filter((name) => !name.startsWith("heddle.") && !stable.has(name)).toSorted()).toEqual(
      experimental.toSorted(),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it("gives the stable names of an RPC", () => {
    expect(Attribute.rpcSystem).toBe(conventions.ATTR_RPC_SYSTEM_NAME);
    expect(Attribute.rpcMethod).toBe(conventions.ATTR_RPC_METHOD);
    expect(Attribute.rpcStatusCode).toBe(conventions.ATTR_RPC_STATUS_CODE);
    expect(rpcSystemGrpc).toBe(conventions.RPC_SYSTEM_NAME_VALUE_GRPC);
  });
});

describe("serverAttributes", () => {
  it.each([
    ["127.0.0.1:7070", { "server.address": "127.0.0.1", "server.port": 7070 }],
    ["fabric.example:443", { "server.address": "fabric.example", "server.port": 443 }],
    ["[::1]:7070", { "server.address": "::1", "server.port": 7070 }],
    ["unix:/run/heddle/node.sock", { "server.address": "/run/heddle/node.sock" }],
    ["fabric.example", { "server.address": "fabric.example" }],
    ["::1", { "server.address": "::1" }],
  ])("splits %s", (address, expected) => {
    expect(serverAttributes(address)).toEqual(expected);
  });
});

import { setImmediate as turn } from "node:timers/promises";
import { Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { Registration } from "../../src/executor/register.ts";
import type { RegisterRequest__Output } from "../../src/rpc/generated/heddle/v1/RegisterRequest.ts";
import type { RegisterResponse } from "../../src/rpc/generated/heddle/v1/RegisterResponse.ts";
import { heddle } from "../../src/rpc/services.ts";
import { toStatus } from "../../src/rpc/status.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

type RegisterCall = ServerDuplexStream<RegisterRequest__Output, RegisterResponse>;

/** A scheduler that does with registrations what the test says, and a node that wants to be its member. */
async function setup(onCall: (call: RegisterCall, number: number) => void = accept) {
  const calls: RegisterCall[] = [];
  const requests: RegisterRequest__Output[] = [];
  const log: string[] = [];
  const server = new Server();
  server.addService(heddle.Cluster.service, {
    Register: (call: RegisterCall) => {
      calls.push(call);
      call.on("error", () => {});
      call.on("data", (request: RegisterRequest__Output) => requests.push(request));
      call.on("end", () => call.end());
      onCall(call, calls.length);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const relay = await TcpRelay.start(`127.0.0.1:${port}`);
  const registration = new Registration({
    scheduler: relay.address,
    secret: "s3cret",
    random: { next: () => 0 },
    facts: () => ({ id: "n", incarnation: 3, address: "127.0.0.1:1", workers: 1 }),
    load: () => ({ attempts: 4 }),
    accepted: () => log.push("accepted"),
    drain: (why) => log.push(`drain ${why}`),
    lost: (_, error, final) => log.push(`lost ${error.reason}${final ? " for good" : ""}`),
  });
  onTestFinished(() => {
    registration.stop("the test is over");
    server.forceShutdown();
  });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await turn();
  };
  return { registration, relay, calls, requests, log, until };
}

function accept(call: RegisterCall, _number: number, heartbeatMs = 60_000): void {
  call.write({ accepted: { leaseMs: 3000, heartbeatMs, version: "0.1.0" } });
}

describe("Registration", () => {
  it("says its facts with the secret, and then how it is", async () => {
    const { registration, calls, requests, log, until } = await setup((call, number) =>
      accept(call, number, 5),
    );
    registration.start();
    registration.start();
    await until(() => requests.length >= 3);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.metadata.get("heddle-secret")).toEqual(["s3cret"]);
    expect(requests[0]?.facts).toMatchObject({ id: "n", incarnation: 3 });
    expect(requests[1]?.heartbeat).toMatchObject({ attempts: 4 });
    expect(log).toEqual(["accepted"]);
  });

  it("registers again when the stream is lost, however often", async () => {
    const { registration, relay, calls, log, until } = await setup();
    registration.start();
    for (let times = 1; times <= 3; times++) {
      await until(() => log.filter((line) => line === "accepted").length === times);
      relay.drop();
      await until(() => log.at(-1) === "lost CONNECTION_LOST");
    }
    await until(() => calls.length === 4);
  });

  it("registers again when the scheduler ends the stream in order", async () => {
    const { registration, calls, log, until } = await setup((call, number) =>
      number === 1 ? call.end() : accept(call, number),
    );
    registration.start();
    await until(() => log.at(-1) === "accepted");
    expect(log).toEqual(["lost CONNECTION_LOST", "accepted"]);
    expect(calls).toHaveLength(2);
  });

  it("waits for a scheduler that is not there yet", async () => {
    const { registration, relay, log, until } = await setup();
    await relay.cut();
    registration.start();
    await until(() => log.length >= 2);
    await relay.restore();
    await until(() => log.at(-1) === "accepted");
    expect(log.slice(0, -1).every((line) => line === "lost CONNECTION_LOST")).toBe(true);
  });

  it.each(["BAD_SECRET", "VERSION_SKEW", "BAD_REQUEST"])(
    "gives up when it is refused with %s",
    async (reason) => {
      const { registration, calls, log, until } = await setup((call) =>
        call.emit("error", toStatus(new HeddleError(reason, "no"))),
      );
      registration.start();
      await until(() => log.length > 0);
      for (let turns = 0; turns < 50; turns++) await turn();
      expect(log).toEqual([`lost ${reason} for good`]);
      expect(calls).toHaveLength(1);
    },
  );

  it("tries again when the scheduler is only shutting down", async () => {
    const stopping = toStatus(new HeddleError("GATEWAY_STOPPING", "bye"));
    const { registration, log, until } = await setup((call, number) =>
      number === 1 ? void call.emit("error", stopping) : accept(call, number),
    );
    registration.start();
    await until(() => log.at(-1) === "accepted");
    expect(log[0]).toBe("lost GATEWAY_STOPPING");
  });

  it("passes the order to drain on", async () => {
    const { registration, log, until } = await setup((call, number) => {
      accept(call, number);
      call.write({ drain: { why: "new version" } });
    });
    registration.start();
    await until(() => log.length === 2);
    expect(log).toEqual(["accepted", "drain new version"]);
  });

  it("says goodbye when it stops, and is not missed", async () => {
    const { registration, requests, log, until } = await setup();
    registration.start();
    await until(() => log.length === 1);
    registration.announceLeaving("scaled down");
    registration.stop("scaled down");
    registration.stop("again");
    await until(() => requests.length === 3);
    expect(requests.slice(1).map((request) => request.leaving?.why)).toEqual(["scaled down", "scaled down"]);
    expect(log).toEqual(["accepted"]);
  });

  // The answer brought the heartbeat of a node that had left back to life, and its process did not end.
  it("does not come back to life by an answer that is late", async () => {
    const held = Promise.withResolvers<RegisterCall>();
    const { registration, log, requests, until } = await setup((call) => held.resolve(call));
    registration.start();
    const call = await held.promise;
    await until(() => requests.length === 1);
    registration.stop("gone");
    accept(call, 1, 1);
    await until(() => requests.length === 2);
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(log).toEqual([]);
    expect(requests.filter((request) => request.heartbeat)).toEqual([]);
  });
});

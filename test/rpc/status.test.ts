import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServiceError,
} from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { fromStatus, toStatus } from "../../src/rpc/status.ts";
import { stockType } from "../support/stock-frames.ts";

const bytes = (value: Buffer): Buffer => value;
const method = {
  path: "/test.Calls/Call",
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
} as const;

/** What a client gets of an error that a server answers with. */
async function answered(thrown: unknown): Promise<ServiceError> {
  const server = new Server();
  server.addService(
    { Call: method },
    { Call: (_call: unknown, answer: sendUnaryData<Buffer>) => answer(toStatus(thrown)) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(method.path, bytes, bytes, Buffer.alloc(0), (error) =>
      error === null ? reject(new Error("it succeeded")) : resolve(error),
    );
  });
}

describe("toStatus", () => {
  it("answers with code, sentence and reason, which fromStatus gives back", async () => {
    const error = new HeddleError("QUEUE_FULL", "the queue is full: 80 % of “64 MiB”", {
      retryAfterMs: 100,
      attempts: 1,
      node: "n",
    });
    const got = fromStatus(await answered(error));
    const { reason, code, rawMessage, attempts, node, retryAfterMs } = error;
    expect(got).toMatchObject({ reason, code, rawMessage, attempts, node, retryAfterMs });
  });

  it("carries google.rpc.ErrorInfo as other clients expect it", async () => {
    const status = await answered(new HeddleError("KERNEL_NOT_FOUND", "no kernel"));
    expect(status).toMatchObject({ code: 5, details: "no kernel" });
    const [details] = status.metadata.get("grpc-status-details-bin");
    const Status = stockType("google.rpc.Status");
    const decoded = Status.toObject(Status.decode(details as Buffer), { bytes: Buffer }); // a -bin key holds buffers
    const { details: list } = decoded as { details: { value: Uint8Array }[] }; // what the library makes of it
    const ErrorInfo = stockType("google.rpc.ErrorInfo");
    const info = ErrorInfo.toObject(ErrorInfo.decode(list[0]?.value ?? new Uint8Array(0))) as unknown;
    expect(info).toMatchObject({ reason: "KERNEL_NOT_FOUND", domain: "heddle" });
  });

  // The trailers of a long sentence were larger than what a client takes, which then saw a broken call.
  it.each(["x", "ü", "\u{1f9f5}"])(
    "cuts a sentence of millions of %s to what fits the trailers",
    async (letter) => {
      const got = fromStatus(
        await answered(new HeddleError("KERNEL_FAILED", letter.repeat(1_000_000), { code: 9 })),
      );
      expect(got).toMatchObject({ reason: "KERNEL_FAILED", code: 9 });
      expect(Buffer.byteLength(got.rawMessage)).toBeGreaterThan(limits.messageMaxBytes - 4);
      expect(Buffer.byteLength(got.rawMessage)).toBeLessThanOrEqual(limits.messageMaxBytes);
      expect(new Set(got.rawMessage)).toEqual(new Set([letter]));
    },
  );

  it("makes INTERNAL of what is not its own", async () => {
    expect(fromStatus(await answered(new TypeError("it broke")))).toMatchObject({
      reason: "INTERNAL",
      rawMessage: "it broke",
    });
  });
});

describe("fromStatus", () => {
  function status(code: number): ServiceError {
    return Object.assign(new Error("said"), { code, details: "said", metadata: new Metadata() });
  }

  it.each([
    [1, "CANCELLED"],
    [3, "BAD_REQUEST"],
    [4, "DEADLINE"],
    [8, "PAYLOAD_TOO_LARGE"],
    [14, "CONNECTION_LOST"],
    [13, "INTERNAL"],
    [12, "INTERNAL"],
    [99, "INTERNAL"],
  ])("finds the likely cause of the plain code %d", (code, reason) => {
    expect(fromStatus(status(code))).toMatchObject({
      reason,
      rawMessage: "said",
      code: code === 99 ? 2 : code,
    });
  });

  it("keeps the code of a status whose details are not ours", () => {
    const strange = status(7);
    strange.metadata.set("grpc-status-details-bin", Buffer.from([1, 2, 3]));
    expect(fromStatus(strange)).toMatchObject({ code: 7, reason: "INTERNAL" });
  });

  it("leaves other errors to HeddleError.from", () => {
    const own = new HeddleError("NODE_LOST", "gone");
    expect(fromStatus(own)).toBe(own);
    expect(fromStatus(new TypeError("it broke"))).toMatchObject({ reason: "INTERNAL" });
    expect(fromStatus(undefined)).toMatchObject({ reason: "INTERNAL" });
  });
});

import { connect } from "node:http2";
import { describe, expect, it, onTestFinished } from "vitest";
import { HealthService } from "../../src/rpc/health.ts";
import { bind, createRpcServer, stopServer } from "../../src/rpc/server.ts";

/** Calls health/Check with a timeout header, as raw HTTP/2; gives the grpc-status. */
async function statusWith(timeout: string): Promise<string> {
  const server = createRpcServer("client");
  new HealthService([]).addTo(server);
  const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
  onTestFinished(() => stopServer(server, 0));
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({
    ":method": "POST",
    ":path": "/grpc.health.v1.Health/Check",
    "content-type": "application/grpc",
    te: "trailers",
    "grpc-timeout": timeout,
  });
  const status = new Promise<string>((resolve) => {
    stream.on("trailers", (headers) => resolve(String(headers["grpc-status"])));
    stream.on("response", (headers) => {
      if (headers["grpc-status"] !== undefined) resolve(String(headers["grpc-status"]));
    });
  });
  stream.resume();
  stream.end(Buffer.alloc(5)); // an empty request message
  return status;
}

describe("clampTimeouts", () => {
  // grpc-js alone answers 600H with DEADLINE_EXCEEDED at once.
  it.each(["1S", "600H", "1200H", "99999999H"])(
    "lets a call with the timeout %s succeed",
    async (timeout) => {
      expect(await statusWith(timeout)).toBe("0");
    },
  );

  it("leaves what is no timeout to the library", async () => {
    expect(await statusWith("abc")).toBe("13");
  });
});

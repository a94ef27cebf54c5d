import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { startGateway } from "../support/gateway-process.ts";
import type { ScriptedNodeOptions } from "../support/scripted-node.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

const json = { "content-type": "application/json" };

/** A gateway with the kernel `echo` and a node whose script answers; by default with the request's own bytes. */
async function setup(options: ScriptedNodeOptions = {}) {
  const running = await startGateway(["echo"]);
  const node = await running.node(options);
  const [host, port] = running.http.split(":");
  const open = (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
    httpRequest({ host, port, method, path, headers, agent: false });
  const call = async (
    method: string,
    path: string,
    body: string | Buffer = "",
    headers: Readonly<Record<string, string>> = json,
  ): Promise<Answer> => {
    const request = open(method, path, headers);
    request.end(body);
    const [response] = await once(request, "response");
    let text = "";
    for await (const part of response) text += String(part);
    return {
      status: response.statusCode,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  };
  return { ...running, node, open, call, port: Number(port) };
}

const errorWith = (code: string, reason: string, message: unknown = expect.any(String)) => ({
  error: expect.objectContaining({ code, reason, message }) as unknown,
});

describe("invokeOverHttp", () => {
  it("takes and gives proto3 JSON, and says in headers what the call took", async () => {
    const { call } = await setup();
    const { status, headers, body } = await call("POST", "/v1/echo/say", '{"text": "héllo"}');
    expect([status, body]).toEqual([200, { value: "héllo" }]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "heddle-node": "node-1",
      "heddle-attempts": "1",
      "heddle-run-ms": "0.25",
      "heddle-digest": expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it("takes bytes in both alphabets, names in both styles, nulls and nothing at all", async () => {
    const { call } = await setup();
    expect((await call("POST", "/v1/echo/echo", '{"data": "-_8="}')).body).toEqual({ value: "+/8=" });
    expect((await call("POST", "/v1/echo/echo", '{"data": "+/8"}')).body).toEqual({ value: "+/8=" });
    expect((await call("POST", "/v1/echo/echo", '{"data": null}')).body).toEqual({ value: "" });
    expect((await call("POST", "/v1/echo/echo", "")).body).toEqual({ value: "" });
    expect((await call("POST", "/v1/echo/%73ay", '{"text":"x"}')).body).toEqual({ value: "x" });
  });

  it("passes the options in the headers on", async () => {
    const { call, node } = await setup();
    const headers = {
      "content-type": "application/json; charset=utf-8",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "heddle-priority": "-3",
      "heddle-affinity": "a",
      "heddle-timeout-ms": "5000",
    };
    expect(await call("POST", "/v1/echo/say", "{}", headers)).toMatchObject({ status: 200 });
    const [frame] = node.frames.batches;
    expect(frame).toMatchObject({ priority: -3, affinity: "a" });
    expect(frame?.deadlineMs).toBeGreaterThan(0);
    expect(frame?.deadlineMs).toBeLessThanOrEqual(5000);
    expect(Buffer.from(frame?.trace ?? []).toString("hex")).toContain("0af7651916cd43dd8448eb211c80319c");
  });

  it.each([
    ['{"txet": "x"}', /echo\.SayRequest: unknown field "txet"; it has: text/],
    ['{"text": 5}', /echo\.SayRequest\.text: expected a string, got 5/],
    ["[]", /expected an object, got an array/],
    ["null", /expected an object, got null/],
    ["5", /expected an object/],
    ["{", /the body is not JSON/],
    ["{} {}", /the body is not JSON/],
    [Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/],
    [`{"__proto__": {"text": "x"}}`, /unknown field "__proto__"/],
    ["[".repeat(500_000) + "]".repeat(500_000), /expected an object, got an array/],
    [`{"text": ${"[".repeat(500_000)}${"]".repeat(500_000)}}`, /expected a string, got an array/],
    [`{"text": ${'{"a":'.repeat(150_000)}1${"}".repeat(150_000)}}`, /expected a string, got an object/],
  ])("refuses the body %.40s", async (body, message) => {
    const { call, node } = await setup();
    const { status, body: said } = await call("POST", "/v1/echo/say", body);
    expect([status, said]).toEqual([
      400,
      errorWith("INVALID_ARGUMENT", "BAD_PAYLOAD", expect.stringMatching(message)),
    ]);
    expect(node.frames.batches).toEqual([]);
  });

  it.each([
    [{}, /it is missing/],
    [{ "content-type": "text/plain" }, /it is "text\/plain"/],
    [{ "content-type": "application/x-www-form-urlencoded" }, /application\/json/],
    [{ "content-type": "application/json; charset=latin1" }, /UTF-8/],
    [{ ...json, "content-encoding": "gzip" }, /content-encoding "gzip" is not taken/],
  ])("refuses a body with %o", async (headers: Record<string, string>, message) => {
    const { call } = await setup();
    const { status, body } = await call("POST", "/v1/echo/say", "{}", headers);
    expect([status, body]).toEqual([
      415,
      errorWith("INVALID_ARGUMENT", "BAD_REQUEST", expect.stringMatching(message)),
    ]);
  });

  it.each([
    [{ "heddle-digest": "abc" }, 400, "BAD_REQUEST"],
    [{ "heddle-digest": "ab".repeat(32) }, 404, "KERNEL_NOT_FOUND"],
    [{ "heddle-timeout-ms": "soon" }, 400, "BAD_REQUEST"],
    [{ "heddle-timeout-ms": "-1" }, 400, "BAD_REQUEST"],
    [{ "heddle-priority": "1.5" }, 400, "BAD_REQUEST"],
  ])("refuses the headers %o", async (headers: Record<string, string>, status, reason) => {
    const { call } = await setup();
    expect(await call("POST", "/v1/echo/say", "{}", { ...json, ...headers })).toMatchObject({
      status,
      body: { error: { reason } },
    });
  });

  it.each([
    ["/v1/nothing/say", "KERNEL_NOT_FOUND", /no kernel "nothing" is deployed; deployed are: echo/],
    [
      "/v1/echo/nothing",
      "FUNCTION_NOT_FOUND",
      /kernel "echo" has no function "nothing"; it has: echo, say, sum/,
    ],
    ["/v1/..%2f../healthz", "KERNEL_NOT_FOUND", /no kernel "..\/.."/],
    ["/v1/../healthz", "KERNEL_NOT_FOUND", /no kernel "\.\."/],
    ["/v1/echo/say/more", "BAD_REQUEST", /nothing is served at POST/],
    ["/v1//echo/say", "BAD_REQUEST", /nothing is served/],
    ["/v1/echo//", "BAD_REQUEST", /nothing is served/],
    ["//v1/echo/say", "BAD_REQUEST", /nothing is served/],
    ["/v1/__proto__/constructor", "KERNEL_NOT_FOUND", /no kernel/],
  ])("answers 404 to %s", async (path, reason, message) => {
    const { call } = await setup();
    const { status, body } = await call("POST", path, "{}");
    expect([status, body]).toEqual([404, errorWith("NOT_FOUND", reason, expect.stringMatching(message))]);
  });

  it("answers 400 to a path that is not percent-encoded text", async () => {
    const { call } = await setup();
    expect(await call("POST", "/v1/echo/%ff", "{}")).toMatchObject({
      status: 400,
      body: { error: { reason: "BAD_REQUEST" } },
    });
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("answers 405 to %s on a function", async (method) => {
    const { call } = await setup();
    const { status, headers } = await call(method, "/v1/echo/say", "", {});
    expect([status, headers.allow]).toEqual([405, "POST"]);
  });

  it.each([
    ["KERNEL_TRAP", 500, "UNKNOWN"],
    ["BAD_PAYLOAD", 400, "INVALID_ARGUMENT"],
    ["MEMORY_LIMIT", 429, "RESOURCE_EXHAUSTED"],
    ["TIME_LIMIT", 504, "DEADLINE_EXCEEDED"],
  ])("answers an invocation that ended with %s with the status %i", async (reason, status, code) => {
    const { call } = await setup({ script: (node, frame) => node.fail(frame, 0, reason, "it went wrong") });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const answer = await call("POST", "/v1/echo/say", "{}", { ...json, traceparent });
    expect(answer).toMatchObject({ status });
    expect(answer.body).toEqual({
      error: {
        ...{ code, reason, message: "it went wrong", attempts: 1, node: "node-1" },
        traceId: "0af7651916cd43dd8448eb211c80319c",
      },
    });
  });

  it("ends at its deadline and takes the work back", async () => {
    const { call, node } = await setup({ script: () => {} });
    const headers = { ...json, "heddle-timeout-ms": "50" };
    expect(await call("POST", "/v1/echo/say", "{}", headers)).toMatchObject({
      status: 504,
      body: { error: { code: "DEADLINE_EXCEEDED", reason: "DEADLINE" } },
    });
    await node.frames.count("cancel", 1);
  });

  it("takes the work back when the client goes", async () => {
    const { open, node } = await setup({ script: () => {} });
    const request = open("POST", "/v1/echo/say", json);
    request.on("error", () => {}); // it is cut on purpose
    request.end("{}");
    await node.frames.count("batch", 1);
    request.destroy();
    await node.frames.count("cancel", 1);
  });

  it("forgets a client that goes before its body is there", async () => {
    const { open, call } = await setup();
    const request = open("POST", "/v1/echo/say", { ...json, "content-length": "100" });
    request.on("error", () => {}); // it is cut on purpose
    request.write("{");
    request.flushHeaders();
    await once(request, "socket");
    request.destroy();
    expect(await call("POST", "/v1/echo/say", "{}")).toMatchObject({ status: 200 });
  });

  it("refuses a body above its limit, announced or not, and lives on", async () => {
    const { call, port } = await setup();
    const size = limits.httpBodyMaxBytes + 1;
    expect(await answerTo(port, `content-length: ${size}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 [^]*PAYLOAD_TOO_LARGE/,
    );
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const chunks = `transfer-encoding: chunked\r\n\r\n${chunk.repeat(Math.ceil(size / 0x10000))}`;
    expect(await answerTo(port, chunks)).toMatch(/^HTTP\/1\.1 413 /);
    const fits = Buffer.alloc(limits.httpBodyMaxBytes, " ");
    fits.write("{}");
    expect(await call("POST", "/v1/echo/say", fits)).toMatchObject({ status: 200 });
  });

  it("says so when the response is none of its type or too large", async () => {
    const { call, node } = await setup({
      script: (self, frame) =>
        self.link?.sendResult({
          ...emptyResult,
          ...{ id: frame.id, count: 1, done: true },
          sizes: Uint32Array.of(2),
          payloads: Uint8Array.of(10, 9),
        }),
    });
    expect(await call("POST", "/v1/echo/say", "{}")).toMatchObject({
      status: 500,
      body: { error: { code: "UNKNOWN", reason: "KERNEL_BAD_RESULT" } },
    });
    node.script = (self, frame) => {
      const payloads = new Uint8Array(limits.unaryMessageMaxBytes + 1);
      const sizes = Uint32Array.of(payloads.length);
      self.link?.sendResult({ ...emptyResult, id: frame.id, count: 1, sizes, payloads, done: true });
    };
    expect(await call("POST", "/v1/echo/say", "{}")).toMatchObject({
      status: 429,
      body: { error: { reason: "RESULT_TOO_LARGE" } },
    });
  });

  it("lets a call under way end while the gateway stops, and takes no other", async () => {
    const { call, node, gateway } = await setup({ script: () => {} });
    const running = call("POST", "/v1/echo/say", '{"text":"last"}');
    await node.frames.count("batch", 1);
    const stopped = gateway.stop();
    const [frame] = node.frames.batches;
    if (frame === undefined) throw new Error("the node got the call");
    node.echo(frame);
    expect(await running).toMatchObject({ status: 200, body: { value: "last" } });
    await stopped;
    await expect(call("POST", "/v1/echo/say", "{}")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("the list of kernels over HTTP", () => {
  it("tells of every kernel and its functions", async () => {
    const { call } = await setup();
    const { status, body } = await call("GET", "/v1", "", {});
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kernels: [
        {
          ...{ name: "echo", kind: "typed", service: "echo.EchoService", pure: true, deterministic: false },
          capabilities: [],
          functions: [
            {
              name: "echo",
              path: "/v1/echo/echo",
              method: "/echo.EchoService/Echo",
              signature: "echo(data: bytes): bytes",
              comment: "A payload as it came.",
            },
            { signature: "say(text: string): string" },
            { signature: "sum(values: double[]): double" },
          ],
        },
      ],
    });
  });

  it("describes one kernel with its .proto file", async () => {
    const { call } = await setup();
    expect(await call("GET", "/v1/echo", "", {})).toMatchObject({
      status: 200,
      body: {
        name: "echo",
        proto: [{ name: "echo.proto", text: expect.stringContaining("service EchoService") }],
      },
    });
    expect(await call("GET", "/v1/nothing", "", {})).toMatchObject({ status: 404 });
    expect(await call("GET", "/v1/", "", {})).toMatchObject({ status: 404 });
    expect(await call("HEAD", "/v1", "", {})).toMatchObject({ status: 200, body: undefined });
    expect(await call("POST", "/v1", "{}")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });
});

/** What a raw client gets for a call whose headers and body it writes itself. */
async function answerTo(port: number, rest: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // the rest of the body is cut off
  socket.write(`POST /v1/echo/say HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${rest}`);
  let answer = "";
  socket.on("data", (part) => (answer += String(part)));
  await once(socket, "close");
  return answer;
}

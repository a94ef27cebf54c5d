import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpServer, type HttpRoutes } from "../../src/gateway/http-server.ts";

/** Paths with nothing behind them but the health. */
function routesWith(status: "serving" | "stopping", more: Partial<HttpRoutes> = {}): HttpRoutes {
  return {
    health: () => ({ status, nodes: 3 }),
    kernels: () => ({ kernels: [] }),
    kernel: (name, digest) => ({ name, digest }),
    invoke: async (_path, _request, response) => void response.end("{}"),
    ...more,
  };
}

async function setup(status: "serving" | "stopping" = "serving") {
  const server = new HttpServer(routesWith(status));
  const port = await server.start({ host: "127.0.0.1", port: 0, insecure: false });
  onTestFinished(() => server.stop(0));
  const get = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const call = request({ host: "127.0.0.1", port, path, headers, method });
    call.end();
    const [response] = await once(call, "response");
    let body = "";
    for await (const part of response) body += String(part);
    return {
      status: response.statusCode as number,
      type: response.headers["content-type"] as string,
      body: body === "" ? undefined : (JSON.parse(body) as unknown),
    };
  };
  return { server, port, get };
}

describe("HttpServer", () => {
  it("tells its health", async () => {
    const { get } = await setup();
    expect(await get("/healthz")).toEqual({
      status: 200,
      type: "application/json",
      body: { status: "serving", nodes: 3 },
    });
    expect(await get("/healthz?verbose")).toMatchObject({ status: 200 });
    expect(await get("/healthz", {}, "HEAD")).toMatchObject({ status: 200, body: undefined });
  });

  it("says 503 while it stops", async () => {
    const { get } = await setup("stopping");
    expect(await get("/healthz")).toMatchObject({ status: 503, body: { status: "stopping" } });
  });

  it.each([
    ["GET", "/"],
    ["GET", "/nothing?a=b"],
    ["POST", "/healthz"],
    ["GET", "/healthz/"],
  ])("answers %s %s with a 404 in JSON", async (method, path) => {
    const { get } = await setup();
    const message = `nothing is served at ${method} ${path.split("?")[0]}; there is /healthz, /v1, /v1/<kernel> and POST /v1/<kernel>/<function>`;
    expect(await get(path, {}, method)).toEqual({
      status: 404,
      type: "application/json",
      body: { error: { code: "NOT_FOUND", reason: "BAD_REQUEST", message } },
    });
  });

  it.each(["evil.example", "evil.example:7071", "127.0.0.1.evil.example", "localhost.evil.example"])(
    "refuses the Host %o",
    async (host) => {
      const { get } = await setup();
      expect(await get("/healthz", { host })).toMatchObject({
        status: 403,
        body: { error: { reason: "BAD_REQUEST" } },
      });
    },
  );

  it("takes its own names as Host", async () => {
    const { get, port } = await setup();
    for (const host of ["localhost", `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect(await get("/healthz", { host })).toMatchObject({ status: 200 });
  });

  it.each(["http://evil.example", "null", "not an origin", "https://127.0.0.1.evil.example"])(
    "refuses the Origin %o",
    async (origin) => {
      const { get, port } = await setup();
      const refused = await get("/healthz", { host: `127.0.0.1:${port}`, origin });
      expect(refused).toMatchObject({ status: 403, body: { error: { code: "PERMISSION_DENIED" } } });
    },
  );

  it("takes its own origin", async () => {
    const { get, port } = await setup();
    const host = `127.0.0.1:${port}`;
    expect(await get("/healthz", { host, origin: `http://${host}` })).toMatchObject({ status: 200 });
  });

  // One such request ended the process: the path was read as an address, and this is none.
  it.each(["//", "///", "//:", "/%", "http://", "*", "/\u007f"])("survives the target %o", async (target) => {
    const { port, get } = await setup();
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
    let answer = "";
    for await (const part of socket) answer += String(part);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await get("/healthz")).toMatchObject({ status: 200 });
  });

  it("says when its port is taken or its host is open to all", async () => {
    const { port } = await setup();
    const other = new HttpServer(routesWith("serving"));
    await expect(other.start({ host: "127.0.0.1", port, insecure: false })).rejects.toMatchObject({
      reason: "ADDRESS_IN_USE",
    });
    expect(() => other.start({ host: "0.0.0.0", port: 0, insecure: false })).toThrow("listening on 0.0.0.0");
    await other.stop(0);
  });

  it.each([
    "",
    "POST /v1/a/b HTTP/1.1\r\nhost: loc",
    "POST /v1/a/b HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n{",
  ])("cuts a client that sends %o and no more", async (sent) => {
    const body = async (_path: unknown, request: IncomingMessage): Promise<void> =>
      void (await once(request, "end"));
    const waits = { httpHeadersMs: 30, httpRequestMs: 60, httpCheckMs: 10 };
    const server = new HttpServer(routesWith("serving", { invoke: body }), waits);
    const port = await server.start({ host: "127.0.0.1", port: 0, insecure: false });
    onTestFinished(() => server.stop(0));
    const socket = connect(port, "127.0.0.1");
    socket.write(sent);
    let answer = "";
    for await (const part of socket) answer += String(part);
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it("keeps idle connections longer than clients do", async () => {
    const { port } = await setup();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const call = request({ host: "127.0.0.1", port, path: "/healthz", agent });
    call.end();
    const [response] = (await once(call, "response")) as [IncomingMessage];
    response.resume();
    expect(response.headers).toMatchObject({ connection: "keep-alive", "keep-alive": "timeout=75" });
  });

  it("stops although connections are open, and may stop twice", async () => {
    const { server, port } = await setup();
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => {});
    const closed = once(socket, "close");
    await server.stop(0);
    await closed;
    await server.stop(0);
  });
});

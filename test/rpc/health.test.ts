import { credentials, Server, ServerCredentials, type ClientReadableStream } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { HealthService } from "../../src/rpc/health.ts";
import { health } from "../../src/rpc/services.ts";
import { next } from "../support/iteration.ts";

async function setup() {
  const service = new HealthService(["heddle.v1.Fabric"]);
  const server = new Server();
  service.addTo(server);
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const client = new health.Health(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  const check = (name: string): Promise<unknown> =>
    new Promise((resolve, reject) =>
      client.Check({ service: name }, (error, response) =>
        error === null ? resolve(response?.status) : reject(error),
      ),
    );
  return { service, server, client, check };
}

/** The statuses that a watch tells. */
function statuses(watch: ClientReadableStream<{ status: unknown }>): AsyncIterator<{ status: unknown }> {
  watch.on("error", () => {}); // a test that is over cancels its watches
  return watch[Symbol.asyncIterator]();
}

describe("HealthService", () => {
  it("tells the status of the server and of its services", async () => {
    const { service, check } = await setup();
    expect(await Promise.all([check(""), check("heddle.v1.Fabric")])).toEqual([1, 1]);
    service.set("NOT_SERVING");
    expect(await Promise.all([check(""), check("heddle.v1.Fabric")])).toEqual([2, 2]);
  });

  it("knows no other service", async () => {
    const { check } = await setup();
    await expect(check("heddle.v1.Nothing")).rejects.toMatchObject({
      code: 5,
      details: 'no service "heddle.v1.Nothing"',
    });
  });

  it("lists what it knows", async () => {
    const { client } = await setup();
    const listed = await new Promise((resolve, reject) =>
      client.List({}, (error, response) => (error === null ? resolve(response?.statuses) : reject(error))),
    );
    expect(listed).toMatchObject({ "": { status: 1 }, "heddle.v1.Fabric": { status: 1 } });
  });

  it("tells a watch every change, and the end", async () => {
    const { service, client } = await setup();
    const known = statuses(client.Watch({ service: "" }));
    const unknown = statuses(client.Watch({ service: "other" }));
    expect(await next(known)).toEqual({ status: 1 });
    expect(await next(unknown)).toEqual({ status: 3 });
    service.set("SERVING");
    service.set("NOT_SERVING");
    expect(await next(known)).toEqual({ status: 2 });
    service.close();
    expect(await known.next()).toMatchObject({ done: true });
  });

  it("learns of services that come and go, and tells those who watch them", async () => {
    const { service, client, check } = await setup();
    const watch = statuses(client.Watch({ service: "echo.EchoService" }));
    expect(await next(watch)).toEqual({ status: 3 });
    service.know("echo.EchoService", true);
    service.know("echo.EchoService", true);
    expect(await check("echo.EchoService")).toBe(1);
    expect(await next(watch)).toEqual({ status: 1 });
    service.know("echo.EchoService", false);
    expect(await next(watch)).toEqual({ status: 3 });
    await expect(check("echo.EchoService")).rejects.toMatchObject({ code: 5 });
  });

  it("forgets a watch that was given up", async () => {
    const { service, client, check } = await setup();
    const watch = client.Watch({ service: "" });
    const iterator = statuses(watch);
    await next(iterator);
    watch.cancel();
    await check("");
    for (const status of ["NOT_SERVING", "SERVING", "NOT_SERVING"] as const) service.set(status);
    service.close();
    expect(await check("")).toBe(2);
  });
});

import { describe, expect, it, onTestFinished } from "vitest";
import { echoPath, startRawEcho } from "../../../bench/baselines/raw-echo.ts";
import { chooseLoad, grpcLoad, type UnaryLoad } from "../../../bench/load/unary-load.ts";

const request = Buffer.from("seven bytes, and more");

/** A client of a server that answers with the request, told to expect `reply`. */
async function setup(load: UnaryLoad, reply: Buffer): Promise<(durationMs: number) => Promise<unknown>> {
  const scope = new AsyncDisposableStack();
  onTestFinished(() => scope.disposeAsync());
  return load.connect(scope, { ...(await startRawEcho(scope)), path: echoPath, request, reply });
}

describe.each([
  ["grpcLoad", () => Promise.resolve(grpcLoad)],
  ["chooseLoad", chooseLoad],
])("%s", (_name, choose) => {
  it("counts the calls of a round", async () => {
    const measure = await setup(await choose(), request);
    const round = await measure(20);
    expect(round).toMatchObject({ calls: expect.any(Number), elapsedMs: expect.any(Number) });
  });

  it("rejects when a reply has another size", async () => {
    const measure = await setup(await choose(), request.subarray(1));
    await expect(measure(20)).rejects.toThrow(/wrong reply|got 256 answers/);
  });
});

describe("grpcLoad", () => {
  it("rejects when a reply has another byte", async () => {
    const other = Buffer.from(request);
    other[3] = 0;
    const measure = await setup(grpcLoad, other);
    await expect(measure(20)).rejects.toThrow(/wrong reply/);
  });
});

/** How the SDK meets a gateway that says its descriptors are out of date. */
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/sdk/connect.ts";
import { emptyFunction } from "../../src/wire/frame.ts";
import { ScriptedGateway, type Script } from "../support/scripted-gateway.ts";

const [first, second] = ["a".repeat(64), "b".repeat(64)];
const bytesOf = (digest: string): Buffer => Buffer.from(digest, "hex");

async function setup(script?: Script) {
  const gateway = await ScriptedGateway.start(script === undefined ? {} : { script });
  const fabric = await connect(gateway.address);
  onTestFinished(() => fabric.close());
  const session = await gateway.session(0);
  /** The functions the client has numbered, or let go of with an empty kernel. */
  const named = () =>
    session.frames.frames.flatMap(({ kind, frame }) =>
      kind === "function" ? [[frame.number, frame.kernel, Buffer.from(frame.schema).toString("hex")]] : [],
    );
  return { gateway, fabric, session, named };
}

describe("Fabric.invoke", () => {
  it("says by which version it encodes", async () => {
    const { fabric, named } = await setup();
    await fabric.invoke("pure/double", { number: 1 });
    await fabric.invoke("pure/double", { number: 2 });
    expect(named()).toEqual([[1, "pure", first]]);
  });

  it("tries once more with the descriptor of now when the gateway cannot read its messages", async () => {
    const { gateway, fabric, named } = await setup((session, frame) => {
      if (frame.function === 1) session.fail(frame, 0, "INCOMPATIBLE", frame.count);
      else session.settle(frame);
    });
    await fabric.describe("pure/double");
    gateway.version = second;
    const both = [1, 2].map((number) => fabric.invoke("pure/double", { number }));
    expect(await Promise.all(both)).toEqual([2, 4]);
    expect(named()).toEqual([
      [1, "pure", first],
      [1, "", ""],
      [2, "pure", second],
    ]);
  });

  it("fails when the version is still the same, and when the next one is refused as well", async () => {
    const { gateway, fabric } = await setup((session, frame) =>
      session.fail(frame, 0, "INCOMPATIBLE", frame.count),
    );
    await expect(fabric.invoke("pure/double", { number: 1 })).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
    });
    const before = gateway.lookups;
    gateway.version = second;
    await expect(fabric.invoke("pure/double", { number: 1 })).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
    });
    expect(gateway.lookups - before).toBe(1);
  });

  it("looks a kernel up when the gateway says that another version answers", async () => {
    const { gateway, fabric, session, named } = await setup();
    await fabric.invoke("pure/double", { number: 1 });
    gateway.version = second;
    session.link.writer?.function({ ...emptyFunction, number: 1, digest: bytesOf(second) });
    session.link.flush();
    while ((await fabric.describe("pure/double")).version !== second)
      await fabric.invoke("pure/double", { number: 1 });
    await fabric.invoke("pure/double", { number: 3 });
    expect(named().at(-1)).toEqual([2, "pure", second]);
    const { lookups } = gateway;
    session.link.writer?.function({ ...emptyFunction, number: 2, digest: bytesOf(second) });
    session.link.writer?.function({ ...emptyFunction, number: 77, digest: bytesOf(first) });
    session.link.flush();
    await fabric.invoke("pure/double", { number: 3 });
    expect(gateway.lookups).toBe(lookups);
  });
});

describe("Fabric.map", () => {
  it("fails when its messages cannot be read", async () => {
    const { fabric } = await setup((session, frame) => session.fail(frame, 0, "INCOMPATIBLE", frame.count));
    await expect(fabric.map("pure/double", [{ number: 1 }]).next()).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
    });
  });
});

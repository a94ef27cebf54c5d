import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { ArrivingModule } from "../../src/gateway/arriving-module.ts";
import { startOfLast } from "../../src/rpc/module-stream.ts";

const facts = { version: "1", unrestorable: [], varies: false, growsTables: false };
const size = 200_000;
const bytes = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
const refused = new HeddleError("BAD_MODULE", "refused");

describe("ArrivingModule", () => {
  it("gives what has come, but for the last part", async () => {
    const module = new ArrivingModule(size);
    module.add(bytes.subarray(0, 1000));
    expect(await module.beyond(0)).toBe(1000);
    const more = module.beyond(1000);
    module.add(bytes.subarray(1000));
    expect(await more).toBe(startOfLast(size));
    expect([module.received, module.facts, module.bytes.equals(bytes)]).toEqual([size, undefined, true]);
  });

  it("gives the last part when it is released, and to the end whatever comes then", async () => {
    const module = new ArrivingModule(size);
    module.add(bytes);
    const last = module.beyond(startOfLast(size));
    module.release(facts);
    module.fail(refused);
    expect(await last).toBe(size);
    expect(await module.beyond(0)).toBe(size);
    expect(module.facts).toBe(facts);
  });

  it("gives nothing more once it has failed", async () => {
    const module = new ArrivingModule(size);
    const waiting = module.beyond(0);
    module.fail(refused);
    await expect(waiting).rejects.toBe(refused);
    module.add(bytes);
    await expect(module.beyond(0)).rejects.toBe(refused);
  });

  it("says where it is on the disk", async () => {
    const module = new ArrivingModule(size);
    const files = module.files();
    module.written(["here", "there"]);
    module.release(facts);
    expect(await files).toEqual(["here", "there"]);
  });

  it.each<[string, (module: ArrivingModule) => void]>([
    ["is admitted", (module) => module.release(facts)],
    ["is refused", (module) => module.fail(refused)],
  ])("lets nobody wait for the disk when it %s", async (_, end) => {
    const module = new ArrivingModule(size);
    const files = module.files();
    end(module);
    module.written(["late"]);
    expect(await files).toBeUndefined();
  });

  it("keeps all of a small module back", async () => {
    const module = new ArrivingModule(10);
    module.add(bytes.subarray(0, 10));
    const first = module.beyond(0);
    const soon = new Promise((resolve) => setImmediate(resolve, "nothing"));
    expect(await Promise.race([first, soon])).toBe("nothing");
    module.release(facts);
    expect(await first).toBe(10);
  });
});

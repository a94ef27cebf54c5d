import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { ArrivingModule } from "../../src/gateway/arriving-module.ts";
import { ArrivingModules } from "../../src/gateway/arriving-modules.ts";
import { digestOf } from "../support/module-bytes.ts";

const digest = digestOf(Buffer.of(1));

describe("ArrivingModules", () => {
  it("has so many and no more, one of each digest", () => {
    const modules = new ArrivingModules();
    const first = new ArrivingModule(1);
    expect(modules.add(digest, first)).toBe(true);
    expect(modules.add(digest, new ArrivingModule(1))).toBe(false);
    expect(modules.get(digest)).toBe(first);
    for (let at = 1; at < limits.arrivingModulesMax; at++)
      expect(modules.add(digestOf(Buffer.of(1, at)), new ArrivingModule(1))).toBe(true);
    const other = digestOf(Buffer.of(2));
    expect(modules.add(other, new ArrivingModule(1))).toBe(false);
    modules.remove(digest, first);
    expect(modules.add(other, new ArrivingModule(1))).toBe(true);
  });

  it("sends those who wait for an upload away when it is over", async () => {
    const modules = new ArrivingModules();
    const module = new ArrivingModule(1);
    modules.add(digest, module);
    const waiting = module.beyond(0);
    modules.remove(digest, new ArrivingModule(1)); // another one
    expect(modules.get(digest)).toBe(module);
    modules.remove(digest, module);
    expect(modules.get(digest)).toBeUndefined();
    await expect(waiting).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
  });

  it("has those who wait for an upload ask again when another one was quicker", async () => {
    const modules = new ArrivingModules();
    const slow = new ArrivingModule(1);
    modules.add(digest, slow);
    modules.overtake(digest, slow);
    expect(modules.get(digest)).toBe(slow);
    const waiting = slow.beyond(0);
    modules.overtake(digest, new ArrivingModule(1));
    expect(modules.get(digest)).toBeUndefined();
    await expect(waiting).rejects.toMatchObject({ reason: "QUEUE_FULL" });
  });
});

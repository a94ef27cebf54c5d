import { describe, expect, it } from "vitest";
import { Stamp } from "../../../bench/load/stamp.ts";

/** What the kernel makes of a request when it has seen so many calls. */
function stamped(request: Uint8Array, inGlobal = 1, inMemory = 1): Buffer {
  const reply = Buffer.from(request);
  reply.writeUInt32LE(inGlobal, 0);
  reply.writeUInt32LE(inMemory, 4);
  return reply;
}

function setup(slot = 3): Stamp {
  const stamp = new Stamp(slot, 64);
  stamp.next(1);
  return stamp;
}

describe("Stamp", () => {
  it("takes its own request with two ones", () => {
    const stamp = setup();
    expect(() => stamp.check(stamped(stamp.data))).not.toThrow();
  });

  it.each([
    ["an echo that no kernel has touched", (data: Buffer) => Buffer.from(data)],
    ["a global that kept its state", (data: Buffer) => stamped(data, 2, 1)],
    ["a memory that kept its state", (data: Buffer) => stamped(data, 1, 2)],
    ["a reply that is cut off", (data: Buffer) => stamped(data).subarray(0, 63)],
    ["the reply of another slot", () => stamped(setup(4).data)],
  ])("refuses %s", (_what, replyTo) => {
    const stamp = setup();
    expect(() => stamp.check(replyTo(stamp.data))).toThrow(/wrong reply: expected 0100000001000000/);
  });

  it("refuses the reply of an earlier call", () => {
    const stamp = setup();
    const earlier = stamped(stamp.data);
    stamp.next(2);
    expect(() => stamp.check(earlier)).toThrow("wrong reply");
  });
});

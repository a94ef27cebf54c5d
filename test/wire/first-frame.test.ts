import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFirstHello } from "../../src/wire/first-frame.ts";
import { FrameWriter } from "../../src/wire/frame-writer.ts";
import { openerFrame, writeFrame } from "../support/frame-arbitraries.ts";
import { testSeed } from "../support/seed.ts";

const hello = { version: "0.1.0", clientId: "c", bulk: true, namespace: "", principal: "p", epoch: 3 };

function message(write: (writer: FrameWriter) => void): Buffer {
  const writer = new FrameWriter();
  write(writer);
  return Buffer.concat(writer.take());
}

describe("readFirstHello", () => {
  it("gives the Hello that is the whole message", () => {
    expect(readFirstHello(message((writer) => writer.hello(hello)))).toEqual(hello);
  });

  const refusal = expect.objectContaining({
    reason: "PROTOCOL",
    rawMessage: "the first message of a stream is a Hello alone",
  }) as Error;

  it("refuses an empty message and two Hellos", () => {
    expect(() => readFirstHello(Buffer.alloc(0))).toThrow(refusal);
    const twice = message((writer) => {
      writer.hello(hello);
      writer.hello(hello);
    });
    expect(() => readFirstHello(twice)).toThrow(refusal);
  });

  it("refuses any other frame, alone or beside it", () => {
    fc.assert(
      fc.property(openerFrame, fc.boolean(), (frame, beside) => {
        fc.pre(frame.kind !== "hello");
        const bytes = message((writer) => {
          if (beside) writer.hello(hello);
          writeFrame(writer, frame);
        });
        expect(() => readFirstHello(bytes)).toThrow(refusal);
      }),
      { seed: testSeed },
    );
  });
});

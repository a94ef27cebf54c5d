import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { receiveUpload } from "../../src/gateway/upload.ts";
import { digestOf } from "../support/module-bytes.ts";

describe("receiveUpload", () => {
  it("puts the parts together", async () => {
    const stream = new PassThrough({ objectMode: true });
    stream.write({ header: { size: 4 } });
    stream.write({ data: Buffer.from("ab") });
    stream.end({ data: Buffer.from("cd") });
    const { bytes, digest } = await receiveUpload(stream);
    expect([bytes.toString(), digest]).toEqual(["abcd", digestOf(bytes)]);
  });

  it.each([[[]], [[{ header: { size: 4 } }, { data: Buffer.from("ab") }]]])(
    "gives up an upload that stands still after %j",
    async (messages) => {
      const stream = new PassThrough({ objectMode: true });
      for (const message of messages) stream.write(message);
      await expect(receiveUpload(stream, 5)).rejects.toMatchObject({
        reason: "DEADLINE",
        rawMessage: "the next part of the upload took longer than 5 ms",
      });
    },
  );
});

import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readJsonBody } from "../../src/gateway/http-body.ts";

/** A request of which only what is read of it is there. */
function requestOf(headers: Readonly<Record<string, string>> = { "content-type": "application/json" }) {
  const stream = new PassThrough();
  return { stream, request: Object.assign(stream, { headers }) as unknown as IncomingMessage }; // see above
}

describe("readJsonBody", () => {
  it("joins parts, also inside a character", async () => {
    const { stream, request } = requestOf();
    const bytes = Buffer.from('{"text":"é✓"}');
    for (const byte of bytes) stream.write(Buffer.of(byte));
    stream.end();
    expect(await readJsonBody(request)).toEqual({ text: "é✓" });
  });

  it("takes the type in any case and with the charset it must have", async () => {
    for (const type of [
      "application/json",
      "Application/JSON ; charset=UTF-8",
      'application/json;charset="utf-8"',
    ]) {
      const { stream, request } = requestOf({ "content-type": type });
      stream.end("[1]");
      expect(await readJsonBody(request)).toEqual([1]);
    }
  });

  it("bounds what all clients together have sent, and gives the room back", async () => {
    const slow = requestOf();
    const reading = readJsonBody(slow.request, 10);
    slow.stream.write('{"a":');
    await turn(); // now it has been read
    const other = requestOf();
    other.stream.end('{"bcd": 1}');
    await expect(readJsonBody(other.request, 10)).rejects.toMatchObject({
      reason: "QUEUE_FULL",
      retryAfterMs: expect.any(Number) as number,
    });
    slow.stream.end("1}");
    expect(await reading).toEqual({ a: 1 });
    const later = requestOf();
    later.stream.end('{"bcd": 1}');
    expect(await readJsonBody(later.request, 10)).toEqual({ bcd: 1 });
  });

  it("gives the room back when a client breaks off", async () => {
    const broken = requestOf();
    const reading = readJsonBody(broken.request, 10);
    broken.stream.write("12345678");
    await turn();
    broken.stream.destroy(new Error("aborted"));
    await expect(reading).rejects.toThrow("aborted");
    const { stream, request } = requestOf();
    stream.end("[12345678]");
    expect(await readJsonBody(request, 10)).toEqual([12_345_678]);
  });
});

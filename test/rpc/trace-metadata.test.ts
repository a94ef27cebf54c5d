import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { traceContextOf } from "../../src/rpc/trace-metadata.ts";

function metadataWith(traceparent: string): Metadata {
  const metadata = new Metadata();
  metadata.set("traceparent", traceparent);
  return metadata;
}

describe("traceContextOf", () => {
  it("gives the parent span as 25 bytes", () => {
    const found = traceContextOf(metadataWith("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    expect(Buffer.from(found).toString("hex")).toBe("0af7651916cd43dd8448eb211c80319cb7ad6b716920333101");
  });

  it.each(["", "garbage", "00-00000000000000000000000000000000-b7ad6b7169203331-01"])(
    "gives nothing for %o",
    (text) => {
      expect(traceContextOf(metadataWith(text))).toHaveLength(0);
    },
  );

  it("gives nothing when there is none", () => {
    expect(traceContextOf(new Metadata())).toHaveLength(0);
  });
});

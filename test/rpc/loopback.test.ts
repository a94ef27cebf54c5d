import { describe, expect, it } from "vitest";
import { isLoopback } from "../../src/rpc/loopback.ts";

describe("isLoopback", () => {
  it.each(["127.0.0.1:7070", "127.8.9.1:1", "localhost:7070", "LOCALHOST", "[::1]:7070", "::1"])(
    "takes %s",
    (address) => {
      expect(isLoopback(address)).toBe(true);
    },
  );

  it.each(["::ffff:127.0.0.1:40000", "::1:40000"])("takes %s, as gRPC names its peers", (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(["10.0.0.1:7070", "127.example.org:1", "localhost.example.org:1", "unix:/tmp/a", "unknown", ""])(
    "does not take %o",
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );
});

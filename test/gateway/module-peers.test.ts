import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { choosePeers, type PeerCandidate } from "../../src/gateway/module-peers.ts";

const random = { next: () => 0.999 };

function candidate(address: string, unixAddress = "", stage: "ready" | "told" = "ready"): PeerCandidate {
  return { address, unixAddress, stage };
}

describe("choosePeers", () => {
  it.each([
    ["both have sockets", ["10.0.0.1:1", "/a"], ["127.0.0.1:2", "/b"], "unix:/b"],
    ["only one has a socket", ["10.0.0.1:1", "/a"], ["10.0.0.2:2", ""], "10.0.0.2:2"],
    ["only the peer has a socket", ["10.0.0.1:1", ""], ["10.0.0.2:2", "/b"], "10.0.0.2:2"],
    ["both are on this machine", ["127.0.0.1:1", ""], ["localhost:2", ""], "localhost:2"],
    ["the peer's address means another machine", ["10.0.0.1:1", ""], ["127.0.0.9:2", ""], undefined],
    ["the peer's address means every machine", ["node-1:1", ""], ["0.0.0.0:2", ""], undefined],
    ["the peer's address is that of IPv6's loopback", ["[fd00::1]:1", ""], ["[::1]:2", ""], undefined],
    ["the asking one is local", ["127.0.0.1:1", ""], ["10.0.0.2:2", ""], "10.0.0.2:2"],
    ["the peer has a socket alone", ["10.0.0.1:1", ""], ["", "/b"], undefined],
  ] as const)("names an address that works when %s", (_, [address, unixAddress], [other, socket], wanted) => {
    const chosen = choosePeers({ address, unixAddress }, [candidate(other, socket)], random);
    expect(chosen).toEqual(wanted === undefined ? [] : [wanted]);
  });

  it("names a few, those that have the module before those that will have it", () => {
    const asking = candidate("10.0.0.9:1");
    const told = ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"].map((address) => candidate(address, "", "told"));
    expect(choosePeers(asking, [...told, candidate("10.0.0.4:1")], random)).toEqual([
      "10.0.0.4:1",
      "10.0.0.3:1",
      "10.0.0.2:1",
    ]);
    const many = Array.from({ length: 50 }, (_, index) => candidate(`10.0.1.${index}:1`));
    const seen = new Set<string>();
    let at = 0;
    const turning = { next: () => (at = (at + 0.37) % 1) };
    for (let round = 0; round < 50; round++) {
      const chosen = choosePeers(asking, many, turning);
      expect(new Set(chosen).size).toBe(limits.modulePeersMax);
      for (const address of chosen) seen.add(address);
    }
    expect(seen.size).toBeGreaterThan(25);
  });
});

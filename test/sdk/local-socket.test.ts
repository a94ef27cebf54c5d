import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isOwnSocket, socketOffered } from "../../src/sdk/local-socket.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("socketOffered", () => {
  const offer = { unixPath: "/srv/heddle/gateway.sock", port: 7070 };

  it.each(["127.0.0.1:7070", "localhost:7070", "[::1]:7070"])("takes what is offered at %s", (address) => {
    expect(socketOffered(address, offer)).toBe("/srv/heddle/gateway.sock");
  });

  it.each(["127.0.0.1:17070", "127.0.0.1:70", "10.0.0.7:7070", "example.org:7070", "unix:/srv/other.sock"])(
    "takes nothing at %s, behind which there may be another machine",
    (address) => {
      expect(socketOffered(address, offer)).toBeUndefined();
    },
  );

  it.each(["", "gateway.sock", "../gateway.sock"])("takes no path that is not absolute: %o", (unixPath) => {
    expect(socketOffered("127.0.0.1:7070", { ...offer, unixPath })).toBeUndefined();
  });
});

async function listening(mode: number): Promise<string> {
  const folder = temporaryFolder();
  const path = join(folder, "gateway.sock");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  chmodSync(folder, mode);
  return path;
}

describe("isOwnSocket", () => {
  it("takes a socket of ours in a folder of ours alone", async () => {
    expect(await isOwnSocket(await listening(0o700))).toBe(true);
  });

  it.each([0o755, 0o710, 0o701, 0o770])("takes none that others may come to, with mode %o", async (mode) => {
    expect(await isOwnSocket(await listening(mode))).toBe(false);
  });

  it("takes no file, no link to a socket, and nothing that is not there", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    symlinkSync(await listening(0o700), join(folder, "link"));
    for (const name of ["file", "link", "none"]) expect(await isOwnSocket(join(folder, name))).toBe(false);
  });
});

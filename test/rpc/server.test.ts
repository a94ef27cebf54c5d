import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bindUnix, createRpcServer } from "../../src/rpc/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function setup() {
  const server = createRpcServer("fabric");
  onTestFinished(() => server.forceShutdown());
  return { server, path: join(temporaryFolder(), "executor.sock") };
}

describe("bindUnix", () => {
  // A node that had been killed never came back under `heddle up`: its own socket was in the way for ever.
  it("replaces the socket that a killed process left", async () => {
    const { server, path } = setup();
    const program = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("ready"))`;
    const killed = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(killed.stdout, "data");
    killed.kill("SIGKILL");
    await once(killed, "close");
    await bindUnix(server, path);
    const socket = connect(path);
    await once(socket, "connect");
    socket.destroy();
  });

  it("leaves alone what is no socket", async () => {
    const { server, path } = setup();
    writeFileSync(path, "mine");
    await expect(bindUnix(server, path)).rejects.toMatchObject({ reason: "ADDRESS_IN_USE" });
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});

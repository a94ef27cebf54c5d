import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataFolder } from "../../src/store/data-folder.ts";
import { startChild } from "../support/child.ts";
import { next } from "../support/iteration.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** The path of a folder that is not there yet, two levels deep. */
const setup = (): string => join(temporaryFolder(), "project", ".heddle");

describe("openDataFolder", () => {
  it("makes the folder for its owner only, and every file in it", async () => {
    const path = setup();
    const folder = await openDataFolder(path);
    await folder.nodeId();
    await folder.secret();
    expect(modeOf(path)).toBe(0o700);
    expect(readdirSync(path).toSorted()).toEqual(["holder", "lock", "node-id", "secret"]);
    for (const name of readdirSync(path)) expect(modeOf(join(path, name)), name).toBe(0o600);
    expect(folder.pathOf("store.db")).toBe(join(path, "store.db"));
    await folder.close();
    await folder.close();
  });

  it("closes an empty folder to others but leaves the mode of one with content", async () => {
    const [empty, full] = [setup(), setup()];
    for (const path of [empty, full]) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, 0o755);
    }
    writeFileSync(join(full, "notes.txt"), "mine");
    for (const path of [empty, full]) await (await openDataFolder(path)).close();
    expect(modeOf(empty)).toBe(0o700);
    expect(modeOf(full)).toBe(0o755);
  });

  it("refuses a path that cannot be a folder", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    await expect(openDataFolder(path)).rejects.toMatchObject({
      reason: "BAD_REQUEST",
      rawMessage: expect.stringMatching(/file.*choose another with --data/),
    });
  });

  it("refuses a second opening in the same process until the first is closed", async () => {
    const path = setup();
    const first = await openDataFolder(path);
    await expect(openDataFolder(path)).rejects.toMatchObject({
      reason: "DATA_LOCKED",
      rawMessage: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    const second = await openDataFolder(path);
    await first.close(); // of no consequence to the second
    await expect(openDataFolder(path)).rejects.toMatchObject({ reason: "DATA_LOCKED" });
    await second.close();
  });

  it("names the process that holds it, and gets it as soon as that one is killed", async () => {
    const path = setup();
    for (let round = 0; round < 3; round++) {
      const holder = startChild("folder-holder", path);
      expect(await next(holder.lines)).toMatch(/^open /);
      await expect(openDataFolder(path)).rejects.toMatchObject({
        reason: "DATA_LOCKED",
        code: 9,
        rawMessage: expect.stringContaining(`${path} is in use by process ${holder.pid}`),
      });
      holder.kill("SIGKILL");
      await holder.closed;
      expect(readFileSync(join(path, "holder"), "utf8")).toBe(`${holder.pid}\n`); // stale, and nobody minds
      await (await openDataFolder(path)).close();
    }
  });

  it("lets exactly one of several processes in, which agree with it on id and secret afterwards", async () => {
    const path = setup();
    const children = Array.from({ length: 4 }, () => startChild("folder-holder", path));
    const said = await Promise.all(children.map((child) => next(child.lines)));
    const winners = said.filter((line) => line.startsWith("open "));
    expect(winners).toHaveLength(1);
    expect(said.filter((line) => line === "DATA_LOCKED")).toHaveLength(3);
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.closed));
    const folder = await openDataFolder(path);
    expect(`open ${await folder.nodeId()} ${await folder.secret()}`).toBe(winners[0]);
    await folder.close();
  });
});

describe("DataFolder", () => {
  it("keeps the node's id and the secret from one process to the next, different in every folder", async () => {
    const path = setup();
    const seen: string[] = [];
    for (const each of [path, path, setup()]) {
      const folder = await openDataFolder(each);
      expect(await folder.nodeId()).toMatch(/^node-[0-9a-f]{8}$/);
      expect(await folder.secret()).toMatch(/^[0-9a-f]{64}$/);
      expect(await folder.secret()).toBe(await folder.secret());
      seen.push(`${await folder.nodeId()} ${await folder.secret()}`);
      await folder.close();
    }
    expect(seen[1]).toBe(seen[0]);
    expect(seen[2]).not.toBe(seen[0]);
  });

  it("takes an id and a secret that the operator wrote", async () => {
    const path = setup();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "node-id"), "rack-7_blue\n");
    writeFileSync(join(path, "secret"), "ab".repeat(32), { mode: 0o600 });
    const folder = await openDataFolder(path);
    expect(await folder.nodeId()).toBe("rack-7_blue");
    expect(await folder.secret()).toBe("ab".repeat(32));
    await folder.close();
  });

  it.each([
    ["node-id", "two words", 0o600, "STORE_CORRUPT"],
    ["node-id", "", 0o600, "STORE_CORRUPT"],
    ["secret", "ab".repeat(31), 0o600, "BAD_SECRET"],
    ["secret", "", 0o600, "BAD_SECRET"],
    ["secret", "ab".repeat(32), 0o644, "BAD_SECRET"],
  ])("refuses a %s file with %j and mode %o", async (name, text, mode, reason) => {
    const path = setup();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, name), text);
    chmodSync(join(path, name), mode);
    const folder = await openDataFolder(path);
    const reading = name === "secret" ? folder.secret() : folder.nodeId();
    await expect(reading).rejects.toMatchObject({
      reason,
      rawMessage: expect.stringContaining(join(path, name)),
    });
    expect(readFileSync(join(path, name), "utf8")).toBe(text);
    await folder.close();
  });
});

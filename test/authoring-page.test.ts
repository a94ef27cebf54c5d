/** Follows docs/authoring.md: makes the folder it describes, runs its test, and its application against a fabric. */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { capturedMain } from "./support/captured-main.ts";
import { openCluster, type Cluster } from "./support/cluster.ts";
import { heddle } from "./support/heddle-process.ts";
import { repository, textOf } from "./support/source-files.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { typeCheck } from "./support/type-check.ts";

const page = textOf("docs/authoring.md");

/** The blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, text = ""]) => text,
  );
}

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 1, kernels: [] });
  return () => cluster.stop();
});

describe("docs/authoring.md", () => {
  it("shows a folder, a test and an application that are as it says", async () => {
    const folder = temporaryFolder();
    const hello = join(folder, "hello");
    expect((await heddle(["new", "hello"], { folder })).code).toBe(0);
    const rows = [...page.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = ""]) => [
      ...cell.matchAll(/`([^` ]+)`/g),
    ]);
    const files = rows.map(([, file = ""]) => file);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(join(hello, file)))).toEqual([]);

    const [test = "", application = "", ...more] = blocks("ts");
    expect(more).toEqual([]);
    writeFileSync(join(hello, "test", "page.test.ts"), test);
    expect([typeCheck(hello, [], ["-p", hello]), typeCheck(hello, [], ["-p", join(hello, "test")])]).toEqual([
      "",
      "",
    ]);
    const tested = await heddle(["test", "hello", "--json"], { folder });
    expect(JSON.parse(tested.stdout)).toMatchObject({ files: 2, passed: 5, failed: 0 });

    const source = join(hello, "hello.ts");
    expect((await capturedMain("deploy", source, "--address", cluster.grpc)).code).toBe(0);
    const types = join(folder, "hello.d.ts");
    expect((await capturedMain("typegen", "hello", "-o", types, "--address", cluster.grpc)).code).toBe(0);
    const file = join(folder, "application.ts");
    writeFileSync(
      file,
      `${application.replace("127.0.0.1:7070", cluster.grpc)}\nconsole.log(greeting, value, stats.node);\nfabric.close();`,
    );
    const hooks = pathToFileURL(join(repository, "src", "cli", "test-hooks.ts")).href;
    const ran = spawnSync(process.execPath, ["--import", hooks, file], { encoding: "utf8" });
    expect(ran).toMatchObject({ stdout: "0 Hello, Ada!\nHello, Ada!!! Hello, Ada!!! node-1\n", stderr: "" });
  });

  it("names no command that is not there", async () => {
    const named = new Set([...page.matchAll(/\bheddle ([a-z]+)/g)].map(([, name = ""]) => name));
    expect(named.size).toBeGreaterThan(5);
    for (const name of named)
      expect([name, await capturedMain(name, "--help")]).toMatchObject([name, { code: 0 }]);
  });
});

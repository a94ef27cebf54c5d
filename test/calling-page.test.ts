/** Follows docs/calling.md: writes its file, types its commands and compares what they print with what it shows. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, it } from "vitest";
import { startCluster, type Cluster } from "./support/cluster.ts";
import { grpcurl } from "./support/grpcurl.ts";
import { repository, textOf } from "./support/source-files.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface Command {
  readonly line: string;
  readonly output: string;
}

/** The commands of the page's consoles in order. */
function commandsOf(page: string): Command[] {
  const consoles = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
  return consoles.flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((part) => ({
        line: part.slice(0, part.indexOf("\n")),
        output: part.slice(part.indexOf("\n") + 1),
      })),
  );
}

/** The digest depends on the compiler's version. */
function normal(text: string): string {
  return text.replace(/^deployed (\w+) [0-9a-f]{12}/gm, "deployed $1 <digest>").trimEnd();
}

/** Types a command in a folder where `npx heddle` and grpcurl are to be found and the page's ports are the fabric's. */
async function type(line: string, folder: string, cluster: Cluster): Promise<string> {
  const here = line.replaceAll("127.0.0.1:7070", cluster.grpc).replaceAll("127.0.0.1:7071", cluster.http);
  const path = [folder, dirname(grpcurl ?? ""), process.env["PATH"]].join(delimiter);
  const child = spawn("sh", ["-c", `${here} 2>&1`], {
    cwd: folder,
    env: { ...process.env, PATH: path, HEDDLE_ADDRESS: cluster.grpc },
  });
  let output = "";
  child.stdout.on("data", (part) => (output += String(part)));
  await once(child, "close");
  return output;
}

it("docs/calling.md does what it says", async () => {
  const page = textOf("docs/calling.md");
  const cluster = await startCluster();
  const folder = temporaryFolder();
  const [, source = ""] = /^```ts title="linalg.ts"\n([\s\S]*?)^```$/m.exec(page) ?? [];
  writeFileSync(join(folder, "linalg.ts"), source);
  const program = join(repository, "bin", "heddle.js");
  writeFileSync(join(folder, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(folder, "npx"), 0o755);
  const commands = commandsOf(page);
  expect(commands.length).toBeGreaterThanOrEqual(9);
  for (const { line, output } of commands) {
    if (line.startsWith("grpcurl") && grpcurl === undefined) continue;
    expect.soft(normal(await type(line, folder, cluster)), line).toBe(normal(output));
  }
});

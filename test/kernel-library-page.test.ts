/**
 * Follows docs/kernel-library.md: every kernel of the library is deployed to a fabric of real processes, the page's
 * commands are typed, and what they print is compared with what the page shows. Every kernel has to be called there.
 */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../src/kernel/admission.ts";
import { openCluster, type Cluster } from "./support/cluster.ts";
import { libraryModule } from "./support/kernels.ts";
import { filesBelow, repository, textOf } from "./support/source-files.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const page = textOf("docs/kernel-library.md");

/** `kernels/<name>.ts`, by name. */
const kernels = filesBelow("kernels").flatMap((path) => /^kernels\/(\w+)\.ts$/.exec(path)?.[1] ?? []);

/** A row of the table: the kernel's name, and its functions. */
const rows = new Map(
  [...page.matchAll(/^\| \[`(\w+)`\]\(#(\w+)\) \|[^|]+\| (.*) \|$/gm)].map(([, name, link, names = ""]) => {
    expect(link).toBe(name);
    return [name, [...names.matchAll(/`(\w+)`/g)].map(([, each]) => each)];
  }),
);

/** A command of the page, and what it prints. */
const steps = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...output] = part.trimEnd().split("\n");
      return { command, output: output.join("\n") };
    }),
);

/** Files that the page shows under their names, for the commands to read. */
const files = [...page.matchAll(/^```jsonl (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => ({
  name,
  text,
}));

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster({ nodes: 1 });
  const typed = steps.flatMap(
    ({ command }) => /^npx heddle deploy kernels\/(\w+)\.ts$/.exec(command)?.[1] ?? [],
  );
  for (const name of kernels) {
    if (!typed.includes(name)) await cluster.fabric.admin.deploy(await libraryModule(name));
  }
  return () => cluster.stop();
}, 240_000);

describe("docs/kernel-library.md", () => {
  it("has a row, a section and a call for every kernel", () => {
    expect([...rows.keys()].sort()).toEqual([...kernels].sort());
    for (const name of kernels) {
      expect(page).toContain(`\n## ${name}\n`);
      expect(steps.map(({ command }) => command)).toContainEqual(
        expect.stringContaining(`npx heddle invoke ${name}/`),
      );
    }
  });

  it("names every function of every kernel", async () => {
    for (const name of kernels) {
      const { functions } = admitModule(await libraryModule(name));
      expect(rows.get(name)).toEqual(functions);
    }
  });

  it("shows commands that print what it says", async () => {
    const folder = temporaryFolder();
    symlinkSync(join(repository, "kernels"), join(folder, "kernels"));
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    for (const { command, output } of steps) {
      const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? "",
      );
      expect(args.slice(0, 2)).toEqual(["npx", "heddle"]);
      const { stdout, stderr } = await cluster.heddle(args.slice(2), { folder });
      expect(normal(stdout + stderr), command).toBe(normal(output));
    }
  });
});

/** Digests and sizes are those of one version of the compiler. */
function normal(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{12}\b/g, "<digest>")
    .replaceAll(/\b\d+ bytes/g, "<size>")
    .trimEnd();
}

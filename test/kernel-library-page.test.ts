/** Follows docs/kernel-library.md in a fabric that has every kernel of the library. Each has to be called there. */
import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../src/kernel/admission.ts";
import { openCluster, type Cluster } from "./support/cluster.ts";
import { libraryModule } from "./support/kernels.ts";
import { pageSteps } from "./support/page.ts";
import { followPage, pagesCanRun } from "./support/page-run.ts";
import { filesBelow, textOf } from "./support/source-files.ts";

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

/** The commands of the page. */
const commands = pageSteps(page).flatMap((step) => (step.kind === "command" ? step.command : []));

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster({ nodes: 1 });
  const typed = commands.flatMap(
    (command) => /^npx heddle deploy kernels\/(\w+)\.ts$/.exec(command)?.[1] ?? [],
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
      expect(commands).toContainEqual(expect.stringContaining(`npx heddle invoke ${name}/`));
    }
  });

  it("names every function of every kernel", async () => {
    for (const name of kernels) {
      const { functions } = admitModule(await libraryModule(name));
      expect(rows.get(name)).toEqual(functions);
    }
  });

  it.skipIf(!pagesCanRun)("shows commands that print what it says", { timeout: 120_000 }, async () => {
    await followPage("docs/kernel-library.md", { fabric: cluster, folders: ["kernels"] });
  });
});

/** How the repository is kept: walls between folders, names, sizes, links. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { snippets } from "./support/bad-snippets.ts";
import {
  exportsOf,
  filesBelow,
  importsOf,
  repository,
  textOf,
  valueExportsOf,
  type ImportOf,
} from "./support/source-files.ts";
import { libraries, tiers } from "./support/tiers.ts";

/** Files that are named after what their exports are for. Think twice before adding one. */
const namedOtherwise = new Set([
  "src/base/ids.ts",
  "src/cli/client.ts",
  "src/cli/signals.ts",
  "src/compiler/compile.ts",
  "src/compiler/host-use.ts",
  "src/compiler/proto.ts",
  "src/gateway/perform.ts",
  "src/kernel/signature.ts",
  "src/kernel/v8-flags.ts",
  "src/rpc/clients.ts",
  "src/rpc/grpc.ts",
  // One noun of the core each: its transitions, not its name, are exported.
  "src/scheduler/batch.ts",
  "src/scheduler/batching.ts",
  "src/scheduler/dispatch.ts",
  "src/scheduler/membership.ts",
  "src/scheduler/outcome.ts",
  "src/scheduler/waiting.ts",
  "src/telemetry/setup.ts",
  "src/wire/payload-error.ts",
  "src/worker/entry.ts",
]);

const isTypeScript = (path: string): boolean => path.endsWith(".ts");
const isGenerated = (path: string): boolean => path.startsWith("src/rpc/generated/");
const isFixture = (path: string): boolean => path.startsWith("test/fixtures/");
const sources = filesBelow("src").filter((path) => isTypeScript(path) && !isGenerated(path));
const imports = sources.flatMap((path) => importsOf(path));

/** The folder of src/ that a file belongs to, or the file's name for one that stands in src/ itself. */
const placeOf = (path: string): string => path.split("/")[1] ?? "";
const describeImport = ({ from, to }: ImportOf): string => `${from} imports ${to}`;

describe("tiers", () => {
  it("have a row for every folder of src/", () => {
    const places = new Set(sources.map(placeOf));
    expect([...places].filter((place) => tiers[place] === undefined)).toEqual([]);
  });

  it("are kept by every import", () => {
    const allowed = ({ from, to }: ImportOf): boolean => {
      if (!to.startsWith("src/")) return !to.startsWith("test/") && !to.startsWith("scripts/");
      const place = placeOf(from);
      const target = to.slice("src/".length);
      return target.startsWith(`${place}/`) || (tiers[place] ?? []).some((start) => target.startsWith(start));
    };
    expect(imports.filter((found) => !allowed(found)).map(describeImport)).toEqual([]);
  });

  it("confine each library to its folders", () => {
    const allowed = ({ from, to }: ImportOf): boolean => {
      const row = Object.entries(libraries).find(([name]) => to.startsWith(name));
      return row === undefined || row[1].includes(placeOf(from));
    };
    expect(imports.filter((found) => !allowed(found)).map(describeImport)).toEqual([]);
  });

  it("leave the scheduler with base and nothing else, through all that it imports", () => {
    const reached = closure(sources.filter((path) => placeOf(path) === "scheduler"));
    const foreign = [...reached].filter((path) => !/^src\/(scheduler|base)\//.test(path));
    expect(foreign).toEqual([]);
  });

  it("have no cycle of imports that remain when types are erased", () => {
    const cyclic = sources.filter((path) => closure(runtimeImportsOf(path)).has(path));
    expect(cyclic).toEqual([]);
  });
});

describe("lint rules", () => {
  const verdicts = lint();

  it.each(snippets.map((snippet) => [snippet.path, snippet] as const))("judge %s", (path, snippet) => {
    const found = verdicts.get(path) ?? [];
    if (snippet.rule === undefined) expect(found).toEqual([]);
    else expect(found).toContain(snippet.rule);
  });

  it("fire for every row of the table of tiers", () => {
    const refused = new Set(
      snippets.filter(({ rule }) => rule !== undefined).map(({ path }) => placeOf(path)),
    );
    const unproven = Object.keys(tiers).filter((place) => place !== "testing.ts" && !refused.has(place));
    expect(unproven).toEqual([]);
  });
});

describe("files", () => {
  it("have at most 300 lines in src/", () => {
    const long = sources.map((path) => ({ path, lines: textOf(path).trimEnd().split("\n").length }));
    expect(long.filter(({ lines }) => lines > 300)).toEqual([]);
  });

  it("are not buckets by name", () => {
    const bucket = /(^|\/)([\w-]+-)?(utils?|helpers?|misc)\.|(^|\/)(common|types|shared)\./;
    const own = ["src", "test", "bench", "scripts", "bin", "kernels"].filter((folder) =>
      existsSync(join(repository, folder)),
    );
    expect(
      own.flatMap(filesBelow).filter((path) => bucket.test(path) && !isGenerated(path) && !isFixture(path)),
    ).toEqual([]);
  });

  it("export a name that carries a word of the file's name", () => {
    expect(sources.filter((path) => !isNamedAfterExport(path) && !namedOtherwise.has(path))).toEqual([]);
  });

  it("export no function or value that nothing else uses", () => {
    const users = ["src", "test", "bench", "bin", "scripts"].flatMap(filesIfThere);
    const words = new Map(users.map((path) => [path, new Set(textOf(path).match(/[A-Za-z_$][\w$]*/g))]));
    const isUsed = (path: string, name: string): boolean =>
      users.some((user) => user !== path && words.get(user)?.has(name));
    const dead = sources.flatMap((path) =>
      valueExportsOf(textOf(path)).flatMap((name) => (isUsed(path, name) ? [] : [`${path} ${name}`])),
    );
    expect(dead).toEqual([]);
  });

  it("of tests stand in a folder that mirrors one of src/ or has a purpose of its own", () => {
    const other = [
      "suites",
      "simulation",
      "promises",
      "fuzz",
      "support",
      "fixtures",
      "kernels",
      "bench",
      "bin",
      "scripts",
    ];
    const folders = filesBelow("test")
      .filter((path) => path.split("/").length > 2)
      .map(placeOf);
    expect(
      [...new Set(folders)].filter((name) => !other.includes(name) && tiers[name] === undefined),
    ).toEqual([]);
  });

  it("name no folder of the machine they were written on", () => {
    const pattern = new RegExp(`(^|[^\\w.-])/(wo${"rk"}|ro${"ot"}|home/\\w+)/|\\.lib${"rary"}\\b`, "m");
    const textual = /\.(ts|js|json|md|proto|yml|yaml|html|css|sh)$|(^|\/)(run|LICENSE|\.[a-z]+rc)$/;
    const named = filesBelow(".").filter((path) => textual.test(path) && pattern.test(textOf(path)));
    expect(named).toEqual([]);
  });
});

describe("lock files", () => {
  it.each(["bench/peers/ray-requirements.txt", "bench/peers/dask-requirements.txt"])(
    "pin every package by the digests of its files: %s",
    (path) => {
      const packages = textOf(path)
        .split(/\n(?! )/)
        .filter((entry) => entry !== "" && !entry.startsWith("#"));
      expect(packages.length).toBeGreaterThan(0);
      const pinned = /^[\w.-]+==\S+( \\\n {4}--hash=sha256:[0-9a-f]{64})+$/;
      expect(packages.filter((entry) => !pinned.test(entry.trimEnd()))).toEqual([]);
    },
  );

  it.each(["package-lock.json", "bench/peers/package-lock.json"])(
    "pin every package by its digest and no registry by its address: %s",
    (path) => {
      // JSON.parse answers any; these are the fields of a lock file that are read here.
      const lock = JSON.parse(textOf(path)) as {
        packages: Record<string, { integrity?: string; resolved?: string }>;
      };
      const entries = Object.entries(lock.packages).filter(([path]) => path !== "");
      expect(entries.length).toBeGreaterThan(0);
      expect(
        entries.filter(([, { integrity, resolved }]) => integrity === undefined || resolved !== undefined),
      ).toEqual([]);
    },
  );
});

describe("links", () => {
  it("of every page lead to a file that exists", () => {
    const pages = filesBelow(".").filter((path) => path.endsWith(".md"));
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.flatMap(deadLinksOf)).toEqual([]);
  });
});

function filesIfThere(folder: string): string[] {
  return existsSync(join(repository, folder)) ? filesBelow(folder) : [];
}

function runtimeImportsOf(path: string): string[] {
  return imports.flatMap((found) => (found.from === path && !found.typeOnly ? [found.to] : []));
}

/** The files given and all that they import when they run. */
function closure(start: readonly string[]): Set<string> {
  const reached = new Set(start);
  for (const path of reached) for (const next of runtimeImportsOf(path)) reached.add(next);
  return reached;
}

/** Lints the snippets under the repository's own configuration: path → rules that spoke. */
function lint(): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-lint-"));
  try {
    copyFileSync(join(repository, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
    for (const { path, text } of snippets) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const program = join(repository, "node_modules", "oxlint", "bin", "oxlint");
    const { stdout } = spawnSync(process.execPath, [program, "--format=json"], {
      cwd: folder,
      encoding: "utf8",
    });
    // The report's fields that are read here; a different shape fails the tests below.
    const report = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
    const verdicts = new Map<string, string[]>();
    for (const { code, filename } of report.diagnostics) {
      verdicts.set(filename, [...(verdicts.get(filename) ?? []), code]);
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** True when an exported name has a word in common with the file's name, by their first four letters. */
function isNamedAfterExport(path: string): boolean {
  const names = exportsOf(textOf(path));
  if (names.length === 0 || path.split("/").length === 2) return true;
  const stems = (name: string): string[] =>
    name
      .replace(/([a-z0-9])(?=[A-Z])/g, "$1-")
      .toLowerCase()
      .split("-")
      .map((word) => word.replace(/s$/, "").slice(0, 4));
  const own = stems(posix.basename(path, ".ts"));
  return names.flatMap(stems).some((stem) => own.includes(stem));
}

function deadLinksOf(page: string): string[] {
  const text = withoutFences(textOf(page));
  return [...text.matchAll(/\]\(([^)\s]+)(?:\s"[^"]*")?\)/g)]
    .map(([, link = ""]) => link.replace(/#.*$/, ""))
    .filter((link) => link !== "" && !/^[a-z]+:/.test(link))
    .filter((link) => !existsSync(join(repository, posix.dirname(page), decodeURI(link))))
    .map((link) => `${page} links to ${link}`);
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "");
}

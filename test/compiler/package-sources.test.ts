import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { buildKernel } from "../../src/compiler/compile.ts";
import { TinyHost } from "./tiny-host.ts";

type Files = Readonly<Record<string, string>>;

/** A folder with files; an entry of `links` is a link to another path of it. */
function folderOf(files: Files, links: Files = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-packages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const [path, to] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(folder, to), join(folder, path));
  }
  return folder;
}

/** What function `run` of the kernel at `file` gives, an i32 below 128. */
async function run(files: Files, links: Files = {}, file = "k.ts"): Promise<number> {
  const { wasm } = await buildKernel({ file: join(folderOf(files, links), file) });
  return new TinyHost(wasm).call("run", new Uint8Array(0))[1] ?? 0;
}

async function refusal(files: Files): Promise<string> {
  const error: unknown = await run(files).catch((caught: unknown) => caught);
  if (error instanceof HeddleError && error.reason === "BUILD_FAILED") return error.rawMessage;
  throw new Error(`expected a refusal, not ${String(error)}`);
}

const seven = "export function seven(): i32 { return 7; }\n";
const kernel = (from: string): string =>
  `import { seven } from "${from}";\nexport function run(): i32 { return seven(); }\n`;
const main = (ascMain: string): string => JSON.stringify({ name: "p", ascMain });

describe("PackageSources", () => {
  it.each<[string, string, Files]>([
    ["a folder of a package", "p/assembly", { "node_modules/p/assembly/index.ts": seven }],
    ["a file of a package", "p/assembly/numbers", { "node_modules/p/assembly/numbers.ts": seven }],
    ["a package by its name", "p", { "node_modules/p/assembly/index.ts": seven }],
    ["a package with its sources at the top", "p", { "node_modules/p/index.ts": seven }],
    [
      "what ascMain names",
      "p",
      { "node_modules/p/package.json": main("./src/as/main.ts"), "node_modules/p/src/as/main.ts": seven },
    ],
    [
      "a file beside what ascMain names",
      "p/more/numbers",
      { "node_modules/p/package.json": main("src/main.ts"), "node_modules/p/src/more/numbers.ts": seven },
    ],
    ["a scoped package", "@scope/p", { "node_modules/@scope/p/assembly/index.ts": seven }],
    ["a file of a scoped package", "@scope/p/a/b", { "node_modules/@scope/p/a/b.ts": seven }],
    [
      "a package whose package.json is broken",
      "p",
      { "node_modules/p/package.json": "{", "node_modules/p/assembly/index.ts": seven },
    ],
  ])("reads %s", async (_what, from, files) => {
    expect(await run({ "k.ts": kernel(from), ...files })).toBe(7);
  });

  it("looks in the folders above the kernel, the nearest first", async () => {
    const files = {
      "kernels/deep/k.ts": kernel("p"),
      "node_modules/p/assembly/index.ts": seven.replace("7", "8"),
    };
    expect(await run(files, {}, "kernels/deep/k.ts")).toBe(8);
    const nearer = { ...files, "kernels/node_modules/p/assembly/index.ts": seven };
    expect(await run(nearer, {}, "kernels/deep/k.ts")).toBe(7);
  });

  it("reads what packages import, from where they lie", async () => {
    const files = {
      "k.ts": kernel("p"),
      "node_modules/p/assembly/index.ts": 'export { seven } from "./inner/numbers";',
      "node_modules/p/assembly/inner/numbers.ts": 'export { seven } from "@scope/q/assembly";',
      "node_modules/p/node_modules/@scope/q/assembly/index.ts": seven,
    };
    expect(await run(files)).toBe(7);
  });

  it("follows a link to a package, whose own packages lie beside it", async () => {
    const files = {
      "app/k.ts": kernel("p"),
      "store/p/assembly/index.ts": 'export { seven } from "q";',
      "store/node_modules/q/assembly/index.ts": seven,
    };
    expect(await run(files, { "app/node_modules/p": "store/p" }, "app/k.ts")).toBe(7);
  });

  it("knows one source by one path, however it is imported", async () => {
    const files = {
      "k.ts": `import { Box } from "p";
import { open } from "p/assembly";
export function run(): i32 { return open(new Box()); }`,
      "node_modules/p/assembly/index.ts":
        "export class Box { value: i32 = 5; }\nexport function open(box: Box): i32 { return box.value; }",
    };
    expect(await run(files)).toBe(5);
  });

  it("gives the same bytes wherever the package lies", async () => {
    const source = { "kernels/k.ts": kernel("p") };
    const near = folderOf({ ...source, "kernels/node_modules/p/assembly/index.ts": seven });
    const far = folderOf({ ...source, "node_modules/p/assembly/index.ts": seven });
    const linked = folderOf(
      { ...source, "elsewhere/assembly/index.ts": seven },
      { "node_modules/p": "elsewhere" },
    );
    const built = [near, far, linked].map((folder) => buildKernel({ file: join(folder, "kernels/k.ts") }));
    const [first, ...others] = (await Promise.all(built)).map(({ wasm }) => Buffer.from(wasm));
    for (const other of others) expect(other.equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(first?.includes(tmpdir())).toBe(false);
  });

  it("takes classes and functions of a package into the interface", async () => {
    const folder = folderOf({
      "k.ts":
        'import { Point } from "p";\nexport { flip } from "p";\nexport function origin(): Point { return new Point(); }',
      "node_modules/p/assembly/index.ts": `/** A place. */
export class Point { x: f64 = 0; y: f64 = 0; }
/** Swaps. @param at where */
export function flip(at: Point): Point { const x = at.x; at.x = at.y; at.y = x; return at; }`,
    });
    const { schema, wasm } = await buildKernel({ file: join(folder, "k.ts") });
    expect(schema.functions.map(({ name, comment }) => [name, comment])).toEqual([
      ["origin", ""],
      ["flip", "Swaps."],
    ]);
    const request = Uint8Array.of(10, 9, 9, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
    const flipped = Uint8Array.of(10, 9, 17, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
    expect(new TinyHost(wasm).call("flip", request)).toEqual(flipped);
  });

  it.each<[string, Files, string]>([
    [
      "a package that is not installed",
      { "k.ts": kernel("as-nothing") },
      'k.ts:1:23  the package "as-nothing" is not installed; run `npm install as-nothing` in the kernel\'s folder',
    ],
    [
      "a package without such sources",
      { "k.ts": kernel("@a/b"), "node_modules/@a/b/index.js": "" },
      'k.ts:1:23  the package "@a/b" has no AssemblyScript sources that it names; import a file of it, or choose a package that ships an assembly folder',
    ],
    [
      "a path that a package lacks",
      { "k.ts": kernel("p/assembly/u128"), "node_modules/p/assembly/index.ts": seven },
      'k.ts:1:23  the package "p" has neither assembly/u128.ts nor assembly/u128/index.ts; look for the path in its folder, mostly assembly',
    ],
    [
      "a part of heddle that does not exist",
      { "k.ts": kernel("heddle/numbers"), "node_modules/heddle/numbers.ts": seven },
      'k.ts:1:23  there is no "heddle/numbers"; import from "heddle": assert, check, Code, fail, log',
    ],
  ])("refuses %s", async (_what, files, message) => {
    expect(await refusal(files)).toBe(message);
  });

  it.each([
    "p/../../secret",
    "../node_modules/../../p",
    "p/.hidden/../../../x",
    ".",
    "@scope",
    "@/x",
    "p//x",
  ])("reads nothing outside of packages for %j", async (from) => {
    const files = { "k.ts": kernel(from), "secret.ts": "", "node_modules/p/assembly/index.ts": seven };
    expect(await refusal(files)).toMatch(/^(?:k\.ts:1:23|the kernel) {2}/);
  });

  it("refuses an ascMain that leads out of the package", async () => {
    const files = {
      "k.ts": kernel("p"),
      "node_modules/p/package.json": main("../../secret.ts"),
      "secret.ts": seven,
    };
    expect(await refusal(files)).toMatch(/has no AssemblyScript sources/);
  });

  it("refuses a kernel that would need two copies of a package", async () => {
    const files = {
      "k.ts":
        'import { seven } from "q";\nimport { eight } from "p";\nexport function run(): i32 { return seven() + eight(); }',
      "node_modules/q/assembly/index.ts": seven,
      "node_modules/p/assembly/index.ts":
        'import { seven } from "q";\nexport function eight(): i32 { return seven() + 1; }',
      "node_modules/p/node_modules/q/assembly/index.ts": seven,
    };
    expect(await refusal(files)).toMatch(
      /^~lib\/p\/assembly\/index\.ts:1:\d+ {2}two copies of the package "q" are installed.*npm dedupe/,
    );
  });

  it("tells which line of a package does not compile", async () => {
    const files = {
      "k.ts": kernel("p"),
      "node_modules/p/assembly/index.ts": "export function seven(): i32 {\n  return seben();\n}",
    };
    expect(await refusal(files)).toMatch(/^~lib\/p\/assembly\/index\.ts:2:10 {2}Cannot find name 'seben'/);
  });
});

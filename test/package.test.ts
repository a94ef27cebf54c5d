/** The published package, from outside: packed, unpacked into another project, type-checked, run. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { version } from "../src/base/version.ts";
import { repository } from "./support/source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-package-"));
const project = join(folder, "project");
const installed = join(project, "node_modules", "heddle");

function run(command: string, args: readonly string[], cwd = project) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  return { status, stdout, output: `${stdout}${stderr}` };
}

function mustRun(command: string, args: readonly string[], cwd?: string): void {
  const { status, output } = run(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output}`);
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

/** Builds, packs and unpacks the package, and lends the project the repository's other packages. */
beforeAll(() => {
  const staged = join(folder, "staged");
  mkdirSync(installed, { recursive: true });
  mustRun(process.execPath, [join(repository, "scripts", "build.js"), "--out", staged], repository);
  mustRun("npm", ["pack", "--silent", "--pack-destination", folder], staged);
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  mustRun("tar", ["-xzf", join(folder, archive), "--strip-components=1", "-C", installed]);
  for (const name of readdirSync(join(repository, "node_modules"))) {
    if (!name.startsWith("."))
      symlinkSync(join(repository, "node_modules", name), join(project, "node_modules", name));
  }
  write("package.json", '{ "type": "module" }');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  it("asks for neither the pinned Node nor the tools", () => {
    // JSON.parse answers any; these are the fields that are read here.
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(Object.keys(manifest)).not.toContain("optionalDependencies");
    expect(Object.keys(manifest)).not.toContain("devDependencies");
    expect(Object.keys(manifest)).not.toContain("scripts");
    expect(manifest["dependencies"]).toHaveProperty("@grpc/grpc-js");
  });

  it("carries its licence, the services and the library of kernels, and no TypeScript sources of its own", () => {
    const paths = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(paths).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "proto/heddle/v1/fabric.proto",
        "kernels/lib/heddle.ts",
        "kernels/c/heddle.h",
        "templates/kernel/README.md",
        "templates/kernel/types/testing.d.ts",
      ]),
    );
    const sources = paths.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
    expect(sources.filter((path) => !/^(kernels\/lib|templates)\//.test(path))).toEqual([]);
  });

  it("type-checks in another project, with types and not any", () => {
    write(
      "check.ts",
      `import { connect, HeddleError, type Fabric } from "heddle";
       const error: HeddleError | undefined = undefined;
       const open: (address: string) => Fabric | Promise<Fabric> = connect;
       // @ts-expect-error an address is no number
       connect(7070);
       export { error, open };`,
    );
    const compiler = join(repository, "node_modules", "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2024", "--module", "nodenext"];
    const { output } = run(process.execPath, [compiler, ...options, "--types", "node", "check.ts"]);
    expect(output).toBe("");
  });

  it("types the functions of a kernel by what typegen writes", () => {
    const command = join(installed, "bin", "heddle.js");
    const source = join(repository, "test", "fixtures", "kernels", "types.ts");
    mustRun(process.execPath, [command, "typegen", source, "--out", "types.d.ts"]);
    write(
      "kernel.ts",
      `import { connect } from "heddle";
       import type { Many, TypesKernel } from "./types.d.ts";
       const types = (await connect("127.0.0.1:7070")).kernel<TypesKernel>("types");
       const negated: number = await types.negate({ value: 1 }, { deadlineMs: 10 });
       const point = { x: 1 };
       const [a, b, c, on, text] = [1, 2, 3n, true, ""] as const;
       const rest = { on, text, data: new Uint8Array(), doubles: [1], points: [point], tree: {}, hue: "HUE_RED" } as const;
       const many: Many = await types.many({ a, b, c, ...rest });
       await types.many(many);
       await types.nothing();
       for await (const { value } of types.negate.map([{ value: 1 }])) value?.toFixed();
       const { stats } = await types.negate.withStats({ value: 1 });
       // @ts-expect-error the result is a number
       const wrong: string = await types.negate({ value: 1 });
       // @ts-expect-error a text is no number
       await types.negate({ value: "1" });
       // @ts-expect-error a parameter is missing
       await types.many({ a: 1 });
       // @ts-expect-error a parameter is too many
       await types.negate({ value: 1, by: 2 });
       // @ts-expect-error there is no such colour
       await types.many({ a, b, c, ...rest, hue: "HUE_PINK" });
       // @ts-expect-error there is no such function
       await types.negative({ value: 1 });
       // @ts-expect-error there is no such option
       await types.negate({ value: 1 }, { deadline: 10 });
       // @ts-expect-error the result may be null
       (await types.tree()).label;
       // @ts-expect-error inputs are of the same type
       types.negate.map([{ value: "1" }]);
       export { negated, stats, wrong };`,
    );
    const compiler = join(repository, "node_modules", "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext", "--types", "node"];
    expect(run(process.execPath, [compiler, ...options, "--skipLibCheck", "kernel.ts"]).output).toBe("");
  });

  it("can be imported", () => {
    write(
      "use.js",
      'import * as heddle from "heddle"; console.log(typeof heddle.connect, heddle.HeddleError.name);',
    );
    expect(run(process.execPath, ["use.js"]).output.trim()).toBe("function HeddleError");
  });

  it("tests kernels in process", () => {
    write("hello.ts", "export function hello(name: string): string { return 'Hello, ' + name; }");
    write(
      "hello-test.js",
      `import { loadKernel } from "heddle/testing";
       const hello = await loadKernel("hello.ts");
       console.log(await hello.hello({ name: "Ada" }));`,
    );
    expect(run(process.execPath, ["hello-test.js"]).output).toBe("Hello, Ada\n");
  });

  it("runs the tests of a folder of kernels", () => {
    const kernels = join(folder, "kernels"); // away from the project, where "heddle" cannot be found
    mkdirSync(kernels);
    writeFileSync(join(kernels, "one.ts"), "export function one(): i32 { return 1; }");
    writeFileSync(
      join(kernels, "one.test.ts"),
      `import assert from "node:assert/strict";
       import { test } from "node:test";
       import { loadKernel, type LoadedKernel } from "heddle/testing";
       test("one", async () => {
         const one: LoadedKernel = await loadKernel("one.ts");
         assert.equal(await one.call("one"), 1);
       });`,
    );
    const { status, stdout } = run(process.execPath, [join(installed, "bin", "heddle.js"), "test", kernels]);
    expect([status, stdout]).toEqual([0, expect.stringContaining("✔ one")]);
  });

  it("makes a folder for a new kernel", () => {
    const hello = join(folder, "hello");
    const command = join(installed, "bin", "heddle.js");
    mustRun(process.execPath, [command, "new", "hello", "--dir", hello]);
    mustRun(process.execPath, [join(repository, "node_modules", "typescript", "bin", "tsc"), "-p", hello]);
    expect(run(process.execPath, [command, "test", hello]).status).toBe(0);
  });

  it("builds kernels in another process, as heddle dev does", () => {
    write("hello.ts", "export function hello(name: string): string { return 'Hello, ' + name; }");
    write(
      "build.js",
      `const { Builder } = await import(${JSON.stringify(join(installed, "dist", "compiler", "builder.js"))});
       const builder = new Builder();
       console.log((await builder.build("hello.ts", false)).name);
       builder.stop();`,
    );
    expect(run(process.execPath, ["build.js"]).output).toBe("hello\n");
  });

  it("finds its worker threads", () => {
    write(
      "threads.js",
      `const entry = await import(${JSON.stringify(join(installed, "dist", "worker", "entry.js"))});
       console.log(Object.values(entry).filter((value) => value instanceof URL).map(String).join("\\n"));`,
    );
    const urls = run(process.execPath, ["threads.js"]).stdout.trim().split("\n");
    expect(urls.length).toBeGreaterThan(0);
    expect(urls.filter((url) => !existsSync(new URL(url)))).toEqual([]);
  });

  it("keeps the addresses of files in its bundles, and names whose code these hold", () => {
    const command = join(installed, "dist", "command");
    const bundles = readdirSync(command).filter((name) => name.endsWith(".js"));
    const addresses = bundles.flatMap((name) => {
      const file = join(command, name);
      const found = readFileSync(file, "utf8").matchAll(/new URL\("([^"]+)", import\.meta\.url\)\.href/g);
      return [...found].map(([, path = ""]) => new URL(path, pathToFileURL(file)));
    });
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((address) => !existsSync(address))).toEqual([]);
    const licences = readFileSync(join(command, "LICENCES.txt"), "utf8");
    expect(licences).toMatch(/^@grpc\/grpc-js \S+ \(Apache-2\.0\)\n\nApache License/m);
  });

  it("starts a fabric with a node that finds its workers", { timeout: 120_000 }, async () => {
    const command = [join(installed, "bin", "heddle.js"), "up", "--nodes", "1", "--workers", "1", "--json"];
    const ports = ["--port", "0", "--http-port", "0", "--data", join(folder, "data")];
    const up = spawn(process.execPath, [...command, ...ports], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void up.kill("SIGKILL"));
    const ended = once(up, "exit");
    const line: unknown[] = await once(createInterface({ input: up.stdout }), "line");
    expect(JSON.parse(String(line[0]))).toMatchObject({ nodes: [{ id: "node-1" }] });
    up.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("brings the command", () => {
    const { status, stdout } = run(process.execPath, [join(installed, "bin", "heddle.js"), "version"]);
    expect([status, stdout]).toEqual([0, expect.stringContaining(version)]);
  });
});

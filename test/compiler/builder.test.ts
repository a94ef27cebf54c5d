import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Builder } from "../../src/compiler/builder.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function setup(): { builder: Builder; source: (text: string) => string } {
  const folder = temporaryFolder();
  const builder = new Builder();
  onTestFinished(() => builder.stop());
  const file = join(folder, "twice.ts");
  const source = (text: string): string => {
    writeFileSync(file, text);
    return file;
  };
  return { builder, source };
}

const twice = "/** Twice. */\nexport function twice(x: f64): f64 {\n  return 2 * x;\n}\n";

describe("Builder", () => {
  it("gives the module of a source, and what is wrong with one that does not build", async () => {
    const { builder, source } = setup();
    const built = await builder.build(source(twice), false);
    if (built.kind !== "built") throw new Error(built.message);
    expect([built.name, admitModule(built.wasm).functions]).toEqual(["twice", ["twice"]]);
    const failed = await builder.build(source("export function twice(x: f64): f64 { return y; }"), false);
    expect(failed).toMatchObject({ kind: "failed", reason: "BUILD_FAILED" });
    expect((await builder.build(source(twice), false)).kind).toBe("built");
  });

  it("tells whoever waits that it was stopped, and builds again when it is asked to", async () => {
    const { builder, source } = setup();
    const building = builder.build(source(twice), false);
    builder.stop();
    await expect(building).rejects.toMatchObject({ reason: "INTERNAL" });
    expect((await builder.build(source(twice), false)).kind).toBe("built");
  });
});

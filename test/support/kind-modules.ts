/** Raw modules and WASI commands for tests, with the sections that `heddle` writes. */
import { parseModule } from "../../src/kernel/module.ts";
import { describeRaw } from "../../src/kernel/raw-interface.ts";
import { describeCommand } from "../../src/kernel/wasi-command.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { assemble, customSection, withSections } from "./wasm-module.ts";

/** A raw module of WebAssembly text, named `probe`. */
export function rawBytes(wat: string, manifest: Readonly<Record<string, unknown>> = {}): Uint8Array {
  const bytes = assemble(wat);
  const descriptor = writeDescriptorSet(describeRaw(parseModule(bytes), "probe"));
  return wrapped(bytes, descriptor, { name: "probe", kind: "raw", ...manifest });
}

/** A WASI command of WebAssembly text, named `probe`, that may use clock and chance. */
export function commandBytes(wat: string, manifest: Readonly<Record<string, unknown>> = {}): Uint8Array {
  const capabilities = ["clock", "random"];
  const says = { name: "probe", kind: "wasi", capabilities, ...manifest };
  return wrapped(assemble(wat), writeDescriptorSet(describeCommand("probe")), says);
}

/** A module with the three sections. */
export function wrapped(bytes: Uint8Array, descriptor: Uint8Array, manifest: object): Uint8Array {
  return withSections(bytes, [
    customSection("heddle.abi", Uint8Array.of(1)),
    customSection("heddle.descriptor", descriptor),
    customSection("heddle.manifest", new TextEncoder().encode(JSON.stringify(manifest))),
  ]);
}

/** The custom sections that make a module self-describing. */

import { abiVersion } from "../kernel/admission.ts";
import { CustomSection } from "../kernel/module.ts";

/** What goes into the sections. */
export interface SectionContents {
  /** FileDescriptorSet of the kernel's service. */
  readonly descriptor: Uint8Array;
  /** Manifest as JSON. */
  readonly manifest: string;
  /** As JSON; "" when there is none. */
  readonly sourceMap: string;
}

/** A module with `heddle.abi`, `heddle.descriptor`, `heddle.manifest` and perhaps `heddle.sourcemap` at its end. */
export function withSections(
  wasm: Uint8Array,
  { descriptor, manifest, sourceMap }: SectionContents,
): Uint8Array {
  return Buffer.concat([
    wasm,
    customSection(CustomSection.ABI, Uint8Array.of(abiVersion)),
    customSection(CustomSection.DESCRIPTOR, descriptor),
    customSection(CustomSection.MANIFEST, Buffer.from(manifest, "utf8")),
    ...(sourceMap === "" ? [] : [customSection(CustomSection.SOURCE_MAP, Buffer.from(sourceMap, "utf8"))]),
  ]);
}

function customSection(name: string, content: Uint8Array): Uint8Array {
  const label = Buffer.from(name, "utf8");
  const body = Buffer.concat([varuint(label.length), label, content]);
  return Buffer.concat([Uint8Array.of(0), varuint(body.length), body]);
}

function varuint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

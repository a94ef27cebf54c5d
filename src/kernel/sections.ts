import { BinaryWriter } from "./binary-writer.ts";
import { abiVersion, CustomSection, SectionId } from "./module.ts";

/** What goes into the sections that make a module self-describing. */
export interface SectionContents {
  /** FileDescriptorSet of the kernel's service. */
  readonly descriptor: Uint8Array;
  /** Manifest as JSON. */
  readonly manifest: string;
  /** As JSON; "" when there is none. */
  readonly sourceMap: string;
}

/** A module with `heddle.abi`, `heddle.descriptor`, `heddle.manifest` and perhaps `heddle.sourcemap` at its end. */
export function withSections(wasm: Uint8Array, contents: SectionContents): Uint8Array {
  const { descriptor, manifest, sourceMap } = contents;
  const writer = new BinaryWriter(wasm.length + descriptor.length + sourceMap.length + 512);
  writer.bytes(wasm);
  addSection(writer, CustomSection.ABI, Uint8Array.of(abiVersion));
  addSection(writer, CustomSection.DESCRIPTOR, descriptor);
  addSection(writer, CustomSection.MANIFEST, Buffer.from(manifest));
  if (sourceMap !== "") addSection(writer, CustomSection.SOURCE_MAP, Buffer.from(sourceMap));
  return writer.finish().slice();
}

function addSection(writer: BinaryWriter, name: string, content: Uint8Array): void {
  const body = new BinaryWriter(content.length + name.length + 8);
  body.name(name);
  body.bytes(content);
  writer.section(SectionId.CUSTOM, body);
}

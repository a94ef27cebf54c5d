/** Makes small modules for tests: WebAssembly text in, bytes with our custom sections out. */
import binaryen from "binaryen";
import type { FileDescriptorSet, MessageDescriptor } from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";

/** Assembles WebAssembly text; names of functions stay in the name section. */
export function assemble(wat: string): Uint8Array {
  binaryen.setDebugInfo(true);
  const module = binaryen.parseText(wat);
  module.setFeatures(binaryen.Features.All);
  try {
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** A custom section. */
export function customSection(name: string, body: Uint8Array): Uint8Array {
  const title = new TextEncoder().encode(name);
  const content = [...leb(title.length), ...title, ...body];
  return Uint8Array.from([0, ...leb(content.length), ...content]);
}

/** What to put beside the code. */
export interface KernelModuleOptions {
  readonly wat: string;
  /** Names of the exported functions. */
  readonly functions: readonly string[];
  readonly name?: string;
  /** Further keys of the manifest. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** A typed module: requests and responses are messages with one field `bytes value = 1`. */
export function kernelBytes({
  wat,
  functions,
  name = "probe",
  manifest = {},
}: KernelModuleOptions): Uint8Array {
  return withSections(assemble(wat), [
    customSection("heddle.abi", Uint8Array.of(1)),
    customSection("heddle.descriptor", writeDescriptorSet(descriptorOf(name, functions))),
    customSection("heddle.manifest", new TextEncoder().encode(JSON.stringify({ name, ...manifest }))),
  ]);
}

/** Appends sections to a module. */
export function withSections(bytes: Uint8Array, sections: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([bytes, ...sections]));
}

/** The descriptor of a kernel whose functions take and return bytes. */
export function descriptorOf(name: string, functions: readonly string[]): FileDescriptorSet {
  const message = (title: string): MessageDescriptor => ({
    name: title,
    fields: [
      {
        name: "value",
        number: 1,
        label: "optional",
        type: "bytes",
        typeName: "",
        jsonName: "",
        proto3Optional: false,
        comment: "",
      },
    ],
    messages: [],
    enums: [],
    oneofs: [],
    mapEntry: false,
    comment: "",
  });
  const methods = functions.map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  return {
    files: [
      {
        name: `${name}.proto`,
        package: name,
        syntax: "proto3",
        dependencies: [],
        messages: methods.flatMap((method) => [message(`${method}Request`), message(`${method}Response`)]),
        enums: [],
        services: [
          {
            name: "ProbeService",
            methods: methods.map((method) => ({
              name: method,
              inputType: `.${name}.${method}Request`,
              outputType: `.${name}.${method}Response`,
              clientStreaming: false,
              serverStreaming: false,
              comment: "",
            })),
            comment: "",
          },
        ],
        comment: "",
      },
    ],
  };
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/**
 * Descriptor files of several owners in one space of names, for those who ask by file or by symbol.
 *
 * Every owner brings a FileDescriptorSet of its own, and two may each have a `common.proto`. A file keeps its name while
 * that is free, and shares it with a file that has the same bytes; any other becomes `<owner>/common.proto`, and so do
 * the imports that mean it. The bytes are otherwise passed on as they came: options and extensions that are not read
 * here are not lost.
 */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { readDescriptorSet } from "./descriptor-read.ts";
import type { EnumDescriptor, FileDescriptor, MessageDescriptor } from "./descriptor.ts";
import { WireType } from "./varint.ts";

/** A file of the pool. */
export interface PoolFile {
  /** Unique in the pool. */
  readonly name: string;
  /** The google.protobuf.FileDescriptorProto, serialised. */
  readonly bytes: Uint8Array;
  /** Names in the pool of the files it imports. */
  readonly dependencies: readonly string[];
}

export class DescriptorPool {
  readonly #files = new Map<string, PoolFile>();
  readonly #symbols = new Map<string, PoolFile>();
  readonly #messages = new Set<string>();
  /** Full names of all services, sorted. */
  readonly services: readonly string[];

  /** Takes sets by owner; what an earlier one has named or declared stays its own. Throws BAD_DESCRIPTOR. */
  constructor(sets: ReadonlyMap<string, Uint8Array>) {
    const services: string[] = [];
    for (const [owner, set] of sets) {
      for (const descriptor of this.#add(owner, set)) {
        services.push(...descriptor.services.map(({ name }) => scoped(descriptor.package, name)));
      }
    }
    this.services = services.toSorted();
  }

  /** The file and all that it imports, itself first; undefined when there is none of that name. */
  filesByName(name: string): readonly PoolFile[] | undefined {
    const file = this.#files.get(name);
    return file && this.#closure(file);
  }

  /** The file that declares a message, field, oneof, enum, value, service or method, and all that it imports. */
  filesOfSymbol(symbol: string): readonly PoolFile[] | undefined {
    const file = this.#symbols.get(symbol);
    return file && this.#closure(file);
  }

  /** Is there a message of that full name? */
  hasMessage(name: string): boolean {
    return this.#messages.has(name);
  }

  #closure(file: PoolFile): readonly PoolFile[] {
    const found = new Set([file]);
    for (const { dependencies } of found) {
      for (const name of dependencies) {
        const imported = this.#files.get(name);
        if (imported !== undefined) found.add(imported);
      }
    }
    return [...found];
  }

  #add(owner: string, set: Uint8Array): readonly FileDescriptor[] {
    const parts = splitFiles(set);
    const descriptors = readDescriptorSet(set).files;
    const names = new Map<string, string>();
    for (const [index, { name }] of descriptors.entries()) {
      const present = this.#files.get(name);
      const shared = present === undefined || Buffer.compare(present.bytes, parts[index] ?? noBytes) === 0;
      names.set(name, shared ? name : `${owner}/${name}`);
    }
    for (const [index, descriptor] of descriptors.entries()) {
      const name = names.get(descriptor.name) ?? descriptor.name;
      const dependencies = descriptor.dependencies.map((imported) => names.get(imported) ?? imported);
      const file = { name, bytes: renamed(parts[index] ?? noBytes, names), dependencies };
      if (!this.#files.has(name)) this.#files.set(name, file);
      this.#declare(descriptor, this.#files.get(name) ?? file);
    }
    return descriptors;
  }

  #declare(descriptor: FileDescriptor, file: PoolFile): void {
    const declare = (symbol: string): void => {
      if (!this.#symbols.has(symbol)) this.#symbols.set(symbol, file);
    };
    const declareEnum = (scope: string, { name, values }: EnumDescriptor): void => {
      declare(scoped(scope, name));
      for (const value of values) declare(scoped(scope, value.name)); // values stand beside their enum, not in it
    };
    const declareMessage = (scope: string, message: MessageDescriptor): void => {
      const name = scoped(scope, message.name);
      declare(name);
      this.#messages.add(name);
      for (const part of [...message.fields, ...message.oneofs]) declare(scoped(name, part.name));
      for (const inner of message.enums) declareEnum(name, inner);
      for (const inner of message.messages) declareMessage(name, inner);
    };
    const { package: scope, messages, enums, services } = descriptor;
    for (const message of messages) declareMessage(scope, message);
    for (const type of enums) declareEnum(scope, type);
    for (const service of services) {
      const name = scoped(scope, service.name);
      for (const symbol of [name, ...service.methods.map((method) => scoped(name, method.name))])
        declare(symbol);
    }
  }
}

const noBytes = new Uint8Array(0);

function scoped(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

/** The serialised files of a set, in its order. */
function splitFiles(set: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(set, "BAD_DESCRIPTOR", "descriptor");
  const files: Uint8Array[] = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === tagOf(1)) files.push(reader.copyBytes());
    else reader.skip(tag);
  }
  return files;
}

/** A file whose own name (field 1) and imports (field 3) are replaced where the map has another for them. */
function renamed(file: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  if ([...names].every(([from, to]) => from === to)) return file;
  const reader = new ByteReader(file, "BAD_DESCRIPTOR", "descriptor");
  const writer = new ByteWriter(file.length + 256);
  while (reader.pos < reader.end) {
    const start = reader.pos;
    const tag = reader.tag();
    if (tag === tagOf(1) || tag === tagOf(3)) {
      const name = reader.string();
      writer.varint(tag);
      writer.string(names.get(name) ?? name);
    } else {
      reader.skip(tag);
      writer.raw(file.subarray(start, reader.pos));
    }
  }
  return writer.finish();
}

function tagOf(field: number): number {
  return (field << 3) | WireType.LENGTH;
}

import { BinaryReader } from "./binary-reader.ts";
import { SectionId, type ModuleSections } from "./module.ts";

const localNames = 2;

/**
 * Names of parameters and other locals, by the index of their function and their own. The name section is for
 * debugging only and nobody validates it: when it makes no sense there are no names.
 */
export function readLocalNames(sections: ModuleSections): ReadonlyMap<number, ReadonlyMap<number, string>> {
  const names = new Map<number, ReadonlyMap<number, string>>();
  for (const section of sections.sections) {
    if (section.id !== SectionId.CUSTOM) continue;
    const reader = new BinaryReader(sections.bytes, section.bodyStart, section.end);
    if (reader.name() !== "name") continue;
    try {
      readSubsections(reader, names);
    } catch {
      names.clear(); // a malformed name section is as good as none
    }
  }
  return names;
}

function readSubsections(reader: BinaryReader, names: Map<number, ReadonlyMap<number, string>>): void {
  while (reader.at < reader.end) {
    const id = reader.byte();
    const size = reader.u32();
    const start = reader.at;
    reader.skip(size);
    if (id === localNames) readFunctions(new BinaryReader(reader.bytes, start, reader.at), names);
  }
}

function readFunctions(reader: BinaryReader, names: Map<number, ReadonlyMap<number, string>>): void {
  for (let left = reader.count("functions with names"); left > 0; left--) {
    const index = reader.u32();
    const locals = new Map<number, string>();
    for (let rest = reader.count("names"); rest > 0; rest--) locals.set(reader.u32(), reader.name());
    names.set(index, locals);
  }
}

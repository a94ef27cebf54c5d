import { BinaryReader } from "./binary-reader.ts";
import { SectionId, type ModuleSections } from "./module.ts";

const nameMaxChars = 64;

/**
 * What made a module, from its producers section: `clang 19.1.7`. Nobody validates that section: when it makes no
 * sense, it is not known.
 */
export function readToolchain(sections: ModuleSections): string {
  for (const section of sections.sections) {
    if (section.id !== SectionId.CUSTOM) continue;
    const reader = new BinaryReader(sections.bytes, section.bodyStart, section.end);
    if (reader.name() !== "producers") continue;
    try {
      return readProcessors(reader);
    } catch {
      return ""; // malformed
    }
  }
  return "";
}

function readProcessors(reader: BinaryReader): string {
  for (let fields = reader.count("fields"); fields > 0; fields--) {
    const field = reader.name();
    const found: string[] = [];
    for (let values = reader.count("values"); values > 0; values--) {
      const [name, version] = [reader.name(), reader.name()];
      found.push(`${name} ${/^[0-9A-Za-z.+-]*/.exec(version)?.[0] ?? ""}`.trim().slice(0, nameMaxChars));
    }
    if (field === "processed-by") return found.slice(0, 4).join(", ");
  }
  return "";
}

import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { CodeFacts } from "./code-facts.ts";
import { SectionId, type ModuleSections } from "./module.ts";

/**
 * Refuses modules that could fill V8's own heap. Unlike the module's memory it has no maximum that fails one call:
 * when it is full the thread ends, and where much is asked for at once, the whole process does. Throws BAD_MODULE.
 */
export function checkBounds(sections: ModuleSections, facts: CodeFacts): void {
  check("functions", sections.functions.length, limits.moduleFunctionsMax);
  check("exports", sections.exports.length, limits.moduleExportsMax);
  const elements = sections.sections.find(({ id }) => id === SectionId.ELEMENT);
  if (elements !== undefined) {
    check("bytes of element segments", elements.end - elements.bodyStart, limits.elementSectionMaxBytes);
  }
  let entries = 0;
  for (const { entriesMin, entriesMax } of sections.tables) {
    if (facts.growsTables && entriesMax === undefined) {
      const said = `module: its code grows a table, so each table must declare a maximum (up to ${limits.tableEntriesMax})`;
      throw new HeddleError("BAD_MODULE", said);
    }
    entries += facts.growsTables ? (entriesMax ?? 0) : entriesMin;
  }
  check("table entries", entries, limits.tableEntriesMax);
}

function check(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new HeddleError("BAD_MODULE", `module: it has ${count} ${what}, the limit is ${limit}`);
}

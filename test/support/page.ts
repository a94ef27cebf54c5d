/**
 * A page of the documentation as steps that can be run: files to write, commands to type, terminals that stay open.
 * A fenced block that is none of them is an error, so that nothing stands on the page that nobody tried.
 *
 *     ```ts title="hello.ts"          a file of that name
 *     ```console                      commands after `$ `, each followed by what it prints
 *     ```console terminal="fabric"    one command that keeps running in a terminal of that name, and what it prints
 *     ```text terminal="fabric"       what that terminal prints next; `order="any"` where its lines come from several
 *                                     places at once
 */

/** One step, with the line of the page where its block begins. */
export type PageStep = { readonly line: number } & (
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "command"; readonly command: string; readonly output: string }
  | { readonly kind: "open"; readonly terminal: string; readonly command: string; readonly output: string }
  | { readonly kind: "read"; readonly terminal: string; readonly output: string; readonly anyOrder?: true }
);

interface Block {
  readonly line: number;
  readonly language: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The steps of a page in order. Throws for a block that is no step, unless its language is one that is only `shown`. */
export function pageSteps(markdown: string, shown: readonly string[] = []): PageStep[] {
  return blocksOf(markdown).flatMap((block) => stepsOf(block, shown));
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (!line.startsWith("```")) open?.lines.push(line);
    else if (open === undefined) open = { line: index + 1, info: line.slice(3), lines: [] };
    else {
      blocks.push({ line: open.line, text: open.lines.join("\n"), ...infoOf(open.info) });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block has no end`);
  return blocks;
}

function infoOf(info: string): { language: string; attributes: Map<string, string> } {
  const attributes = [...info.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  return { language: info.split(" ")[0] ?? "", attributes: new Map(attributes) };
}

function stepsOf({ line, language, attributes, text }: Block, shown: readonly string[]): PageStep[] {
  const name = attributes.get("title");
  if (name !== undefined) return [{ kind: "file", line, name, text: `${text}\n` }];
  const terminal = attributes.get("terminal");
  if (language === "text" && terminal !== undefined) {
    const step = { kind: "read", line, terminal, output: text.trimEnd() } as const;
    return [attributes.get("order") === "any" ? { ...step, anyOrder: true } : step];
  }
  if (language === "console" && text.startsWith("$ ")) {
    const commands = text.split(/^\$ /m).slice(1).map(commandOf);
    const [first] = commands;
    if (terminal === undefined) return commands.map((command) => ({ kind: "command", line, ...command }));
    if (commands.length === 1 && first !== undefined) return [{ kind: "open", line, terminal, ...first }];
  }
  if (shown.includes(language)) return [];
  throw new Error(`line ${line}: a block that is not run: \`\`\`${language}`);
}

/** A command may go on after a line that ends in a backslash. */
function commandOf(part: string): { command: string; output: string } {
  const [, command = "", output = ""] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(part) ?? [];
  return { command, output: output.trimEnd() };
}

/** What differs from run to run, in the order in which it is looked for. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, "<digest>"],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>"],
  [/\b\d\d:\d\d:\d\d(?:\.\d+)?\b/g, "<clock>"],
  [/\b127\.0\.0\.1:\d+/g, "<address>"],
  [/\b\d+(?:[.,]\d+)*\s?(?:ms|µs|s)\b/g, "<duration>"],
  [/\b\d+m\b/g, "<duration>"], // an age of a minute, on a slow machine
  [/\bduration_ms [\d.]+/g, "<duration>"],
  [/\bnode-\d+ +\d+ /g, "<node> <process> "],
  [/\bnode-\d+\b/g, "<node>"],
  [/\b\d+(?:[.,]\d+)* (?:bytes|B|KiB|kB)\b/g, "<size>"],
];

/** What a step shows, or what was printed, to be compared: normal, and sorted where lines come in any order. */
export function comparable(step: PageStep, text: string): string {
  const normal = normalOutput(text);
  return step.kind === "read" && step.anyOrder === true ? normal.split("\n").toSorted().join("\n") : normal;
}

/** A text with what differs from run to run taken out, and runs of blanks made one: columns follow their widest cell. */
export function normalOutput(text: string): string {
  const without = varying.reduce((result, [pattern, instead]) => result.replaceAll(pattern, instead), text);
  return without
    .split("\n")
    .map((line) => line.replaceAll(/[ ─]{2,}/g, " ").trimEnd())
    .join("\n")
    .trim();
}

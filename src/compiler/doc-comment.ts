/** Doc comments of a source: which declaration each belongs to, and what its tags say. */

/** A doc comment, taken apart. */
export interface DocComment {
  readonly text: string;
  /** What `@param` says, by name. */
  readonly params: ReadonlyMap<string, string>;
  /** What `@returns` says, or "". */
  readonly returns: string;
  /** What `@field` says, or "". */
  readonly field: string;
}

/** A comment as the tokenizer reports it. */
export interface RawComment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const none: DocComment = { text: "", params: new Map(), returns: "", field: "" };

/** Takes a doc comment apart; tags may also stand in the middle of a line. */
export function parseDocComment(raw: string): DocComment {
  const body = raw
    .replace(/^\/\*\*+/, "")
    .replace(/\*+\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\*(?!\*)\s?/, "").trimEnd())
    .join("\n");
  const [text = "", ...tags] = body.split(/(?:^|(?<=\s))@(?=(?:param|returns?|field)\b)/);
  const params = new Map<string, string>();
  let returns = "";
  let field = "";
  for (const tag of tags) {
    const [, kind = "", rest = ""] = /^(\w+)\s*([\s\S]*)$/.exec(tag.trim()) ?? [];
    if (kind === "param") {
      const [, name = "", said = ""] = /^([\w$]+)\s*(?:-\s+)?([\s\S]*)$/.exec(rest) ?? [];
      params.set(name, said.trim());
    } else if (kind === "field") field = rest.trim();
    else returns = rest.trim();
  }
  return { text: text.trim(), params, returns, field };
}

/** The doc comments of one source. */
export class DocComments {
  readonly #byDeclaration = new Map<number, RawComment>();
  readonly #head: RawComment | undefined;

  constructor(source: string, comments: readonly RawComment[]) {
    const startToEnd = new Map(comments.map((comment) => [comment.start, comment.end]));
    const docs = comments.filter(({ text }) => /^\/\*\*(?!\/)/.test(text));
    for (const comment of docs) this.#byDeclaration.set(nextToken(source, comment.end, startToEnd), comment);
    const [first] = docs;
    const isHead = first !== undefined && source.slice(0, first.start).trim() === "";
    this.#head =
      isHead && /^[ \t]*\r?\n[ \t]*\r?\n|^\s*(?:import\b|\/\*\*)/.test(source.slice(first.end))
        ? first
        : undefined;
  }

  /** The comment right before a declaration that starts there. */
  at(start: number): DocComment {
    const comment = this.#byDeclaration.get(start);
    return comment === undefined || comment === this.#head ? none : parseDocComment(comment.text);
  }

  /** The comment of the file: its first, where it is followed by an empty line, an import or another comment. */
  head(): string {
    return this.#head === undefined ? "" : parseDocComment(this.#head.text).text;
  }
}

/** Where the next token starts, past white space and other comments. */
function nextToken(source: string, from: number, startToEnd: ReadonlyMap<number, number>): number {
  let at = from;
  for (;;) {
    while (at < source.length && /\s/.test(source.charAt(at))) ++at;
    const end = startToEnd.get(at);
    if (end === undefined) return at;
    at = end;
  }
}

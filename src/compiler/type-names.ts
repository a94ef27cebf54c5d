/** Names that a generated type must not take: words of TypeScript, and types the generated ones are made of. */
const taken: readonly string[] = [
  ...[
    "any",
    "asserts",
    "bigint",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
  ],
  ...["declare", "default", "delete", "do", "else", "enum", "export", "extends", "false", "finally", "for"],
  ...["function", "if", "implements", "import", "in", "infer", "instanceof", "interface", "intrinsic", "is"],
  ...[
    "keyof",
    "let",
    "never",
    "new",
    "null",
    "number",
    "object",
    "package",
    "private",
    "protected",
    "public",
  ],
  ...[
    "readonly",
    "return",
    "static",
    "string",
    "super",
    "switch",
    "symbol",
    "this",
    "throw",
    "true",
    "try",
    "type",
  ],
  ...["typeof", "undefined", "unique", "unknown", "var", "void", "while", "with", "yield", "await", "async"],
  ...["Promise", "Uint8Array", "Float64Array", "Float32Array", "Int32Array", "Uint32Array", "BigInt64Array"],
  ...["BigUint64Array", "ArrayBufferView", "ArrayBufferLike", "Array", "ReadonlyArray"],
];

/** Gives each type of a kernel a TypeScript name, the same one every time it is asked for. */
export class TypeNames {
  readonly #package: string;
  readonly #byKey = new Map<string, string>();
  readonly #used: Set<string>;

  /** The types of `packageName` go without it. */
  constructor(packageName: string, kernelType: string) {
    this.#package = packageName === "" ? "" : `${packageName}.`;
    this.#used = new Set([...taken, kernelType]);
  }

  /** The name of a type; a suffix keeps two uses of it apart. */
  of(fullName: string, suffix: string): string {
    const key = `${fullName} ${suffix}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const isOwn = this.#package !== "" && fullName.startsWith(this.#package);
    const short = isOwn ? fullName.slice(this.#package.length) : fullName;
    let name = `${short.replaceAll(".", "_")}${suffix}`;
    while (this.#used.has(name)) name += "_";
    this.#used.add(name);
    this.#byKey.set(key, name);
    return name;
  }
}

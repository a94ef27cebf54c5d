/** An AssemblyScript enum as a proto3 enum: values prefixed with the enum's name, the one that is zero first. */
import type { EnumDeclaration, EnumValueDeclaration } from "assemblyscript";
import type { Diagnostics } from "./diagnostics.ts";
import type { DocComments } from "./doc-comment.ts";
import { isPlainName, snakeCase } from "./names.ts";
import type { EnumShape } from "./shapes.ts";

type Value = EnumShape["values"][number];

/** Reads an enum; null after a problem. */
export function readEnum(
  declaration: EnumDeclaration,
  comments: DocComments | undefined,
  diagnostics: Diagnostics,
): EnumShape | null {
  const name = declaration.name.text;
  const values: Value[] = [];
  let next = 0;
  for (const value of declaration.values) {
    const number = value.initializer === null ? next : literal(value);
    const refusal = valueRefusal(value, number, values);
    if (number === null || refusal !== null) {
      diagnostics.add(
        value.name.range,
        `enum value "${value.name.text}" ${refusal?.[0] ?? ""}`,
        refusal?.[1] ?? "",
      );
      return null;
    }
    const comment = comments?.at(value.range.start).text ?? "";
    values.push({ name: enumValueName(name, value.name.text), number, comment });
    next = number + 1;
  }
  const zero = values.find(({ number }) => number === 0);
  if (zero === undefined) {
    diagnostics.add(
      declaration.name.range,
      `enum "${name}" has no value 0`,
      "add one: it is what an absent field means",
    );
    return null;
  }
  const others = values.filter((value) => value !== zero);
  return { name, values: [zero, ...others], comment: comments?.at(declaration.range.start).text ?? "" };
}

/** `Hue.DeepBlue` → `HUE_DEEP_BLUE`. */
export function enumValueName(name: string, value: string): string {
  return `${snakeCase(name)}_${snakeCase(value)}`.toUpperCase();
}

function valueRefusal(
  { name }: EnumValueDeclaration,
  number: number | null,
  values: readonly Value[],
): readonly [string, string] | null {
  if (number === null) return ["is not a literal 32-bit number", "write the number itself"];
  if (!isPlainName(name.text))
    return ["has a name that protobuf cannot have", "use letters, digits and underscores"];
  if (values.some((value) => value.number === number)) return ["repeats a number", "give each value its own"];
  return null;
}

function literal({ initializer }: EnumValueDeclaration): number | null {
  if (initializer === null) return null;
  const { start, end, source } = initializer.range;
  const text = source.text.slice(start, end);
  const number = /^-?(?:\d+|0x[0-9a-fA-F]+)$/.test(text) ? Number(text.replace("-", "")) : Number.NaN;
  const signed = text.startsWith("-") ? -number : number;
  return signed >= -0x8000_0000 && signed <= 0x7fff_ffff ? signed : null;
}

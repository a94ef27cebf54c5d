/**
 * The interface of a raw module, derived from its type section: each exported function becomes a method, each
 * parameter a field of the request, each result a field of the response. A name section gives the parameters their
 * names; without one they are `param0`, `param1`, …
 */
import { HeddleError } from "../base/error.ts";
import { jsonNameOf, type FileDescriptorSet } from "../wire/descriptor.ts";
import type { ScalarType } from "../wire/schema.ts";
import { describeService, plainField, type ServiceFunction } from "./derived-service.ts";
import type { ModuleSections } from "./module.ts";
import { readLocalNames } from "./name-section.ts";
import { functionTypeText, type FunctionType, type ValueType } from "./value-type.ts";

const scalars: Partial<Readonly<Record<ValueType, ScalarType>>> = {
  i32: "int32",
  i64: "int64",
  f32: "float",
  f64: "double",
};
const functionName = /^[a-z][A-Za-z0-9_]*$/;
const fieldName = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** The protobuf type of a number. */
export function scalarOf(type: ValueType): ScalarType {
  const scalar = scalars[type];
  if (scalar === undefined) throw new HeddleError("INTERNAL", `a ${type} is no number`);
  return scalar;
}

/** A function that a raw module offers. */
export interface RawExport {
  readonly name: string;
  readonly type: FunctionType;
  /** Index among all functions of the module. */
  readonly index: number;
}

/**
 * The functions a raw module offers: its exported functions, but for those whose name begins with an underscore, which
 * toolchains keep for themselves. Throws BAD_EXPORT for one that cannot be a function of a kernel.
 */
export function rawExports(sections: ModuleSections): RawExport[] {
  const offered = sections.exports.filter(({ kind, name }) => kind === "function" && !name.startsWith("_"));
  if (offered.length === 0) {
    const said = "a raw module must export functions that take and give numbers; it exports none";
    throw badExport(`${said} (those whose name begins with "_" are not counted)`);
  }
  return offered.map(({ name, index }) => ({ name, index, type: checkRaw(name, sections.functions[index]) }));
}

function checkRaw(name: string, type: FunctionType | undefined): FunctionType {
  if (!functionName.test(name) || name.length > 128) {
    const must = "begin with a lower case letter and go on with letters, digits and _ (at most 128)";
    const advice = 'rename the export, or let its name begin with "_" to keep it out of the interface';
    throw badExport(
      `export ${JSON.stringify(name)} cannot be called: the name of a function must ${must}; ${advice}`,
    );
  }
  const all = [...(type?.parameters ?? ["ref"]), ...(type?.results ?? [])] as readonly ValueType[];
  if (type === undefined || all.some((each) => scalars[each] === undefined)) {
    const is = type === undefined ? "another type" : functionTypeText(type);
    throw badExport(
      `export "${name}" must take and give i32, i64, f32 and f64 only, it has the type ${is}; a typed kernel can take more`,
    );
  }
  return type;
}

/** The descriptor of a raw module under a name. Throws BAD_EXPORT. */
export function describeRaw(sections: ModuleSections, kernel: string): FileDescriptorSet {
  const names = readLocalNames(sections);
  const functions = rawExports(sections).map(({ name, type, index }): ServiceFunction => {
    const parameters = parameterNames(names.get(index), type.parameters.length);
    const single = type.results.length === 1;
    return {
      name,
      comment: `${functionTypeText(type)}`,
      request: {
        fields: type.parameters.map((each, at) => plainField(parameters[at] ?? "", at + 1, scalarOf(each))),
      },
      response: {
        fields: type.results.map((each, at) =>
          plainField(single ? "value" : `value${at}`, at + 1, scalarOf(each)),
        ),
      },
    };
  });
  return describeService(kernel, functions);
}

/** Names of a function's parameters: those of the name section when all of them can be fields, else `param0`, … */
function parameterNames(known: ReadonlyMap<number, string> | undefined, count: number): string[] {
  const places = Array.from({ length: count }, (_, index) => index);
  const named = places.map((index) => snake(known?.get(index) ?? ""));
  const distinct = new Set(named.map(jsonNameOf)).size === count;
  if (distinct && named.every((name) => fieldName.test(name) && name.length <= 128)) return named;
  return places.map((index) => `param${index}`);
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function badExport(said: string): HeddleError {
  return new HeddleError("BAD_EXPORT", `module: ${said}`);
}

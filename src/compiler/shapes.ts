/** The interface of a kernel as plain data: what `interface.ts` derives, and `proto.ts` and the entry are made from. */
import type { BulkRow, ScalarRow, Storage } from "./type-table.ts";

/** Everything callers see of a kernel. */
export interface KernelInterface {
  /** Kernel name, which is the package. */
  readonly name: string;
  readonly comment: string;
  readonly functions: readonly FunctionShape[];
  /** Classes the functions reach, in the order they are met. */
  readonly messages: readonly MessageShape[];
  /** Enums the functions reach, in the order they are met. */
  readonly enums: readonly EnumShape[];
}

/** An exported function. */
export interface FunctionShape {
  /** Name of the export: `solveLu`. */
  readonly name: string;
  /** Name of the method: `SolveLu`. */
  readonly method: string;
  /** Name the compiler gives it, which stacks show: `linalg/solveLu`. */
  readonly internalName: string;
  readonly parameters: readonly FieldShape[];
  /** Field `value` of the response; null for void. */
  readonly result: FieldShape | null;
  readonly comment: string;
}

/** A class that is a message. */
export interface MessageShape {
  readonly name: string;
  /** Path the entry imports it from. */
  readonly from: string;
  /** Name it has there. */
  readonly exportedName: string;
  readonly fields: readonly FieldShape[];
  readonly comment: string;
}

/** An enum. */
export interface EnumShape {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly number: number; readonly comment: string }[];
  readonly comment: string;
}

/** A parameter, a field of a class, or a result. */
export interface FieldShape {
  /** Name in the source. */
  readonly source: string;
  /** Name in the descriptor. */
  readonly name: string;
  readonly number: number;
  readonly type: TypeShape;
  /** The class may start it at something other than zero, so that absent and zero differ. */
  readonly initialized: boolean;
  readonly comment: string;
}

/** A single value. */
export type ElementShape =
  | { readonly kind: "scalar"; readonly row: ScalarRow }
  | { readonly kind: "enum"; readonly name: string }
  | { readonly kind: "message"; readonly name: string };

/** A type of the table, of a class or of an enum. */
export type TypeShape =
  | { readonly kind: "one"; readonly element: ElementShape; readonly nullable: boolean }
  | { readonly kind: "bulk"; readonly row: BulkRow }
  | { readonly kind: "list"; readonly storage: Storage; readonly element: ElementShape };

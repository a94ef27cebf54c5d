/**
 * The three kinds of module and how their functions are called. The kind is what the module says of itself, in its
 * manifest; admission checks that its exports are those of that kind.
 */
import type { ResetPlan } from "./normalize.ts";
import type { FunctionType } from "./value-type.ts";

/** What a module may say that it is. */
export const moduleKinds = ["typed", "raw", "wasi"] as const;

/** `typed`: messages in, messages out; `raw`: numbers; `wasi`: a command with stdin and stdout. */
export type ModuleKind = (typeof moduleKinds)[number];

/** How the functions of an instance are called. Plain data; it may be sent between threads. */
export type CallPlan =
  | { readonly kind: "typed" }
  /** Types of the functions, by their position. */
  | { readonly kind: "raw"; readonly types: readonly FunctionType[] }
  /** `program` is what a command finds as its own name, argument 0. */
  | { readonly kind: "wasi"; readonly program: string };

/** How an instance is made, called and put back. */
export interface InstancePlan extends ResetPlan {
  readonly calls: CallPlan;
}

/** How the functions of an instance are called, for each kind of module. */
import type { ResetPlan } from "./normalize.ts";
import type { FunctionType } from "./value-type.ts";
import type { Watch } from "./watched-module.ts";

/** The way of one kind. Plain data; it may be sent between threads. */
export type CallPlan =
  | { readonly kind: "typed" }
  /** Types of the functions, by their position. */
  | { readonly kind: "raw"; readonly types: readonly FunctionType[] }
  /** `program` is what a command finds as its own name, argument 0. */
  | { readonly kind: "wasi"; readonly program: string };

/** How an instance is made, called and put back. */
export interface InstancePlan extends ResetPlan {
  readonly calls: CallPlan;
  /** There when the code keeps a mark of how far up it wrote. */
  readonly watch?: Watch;
}

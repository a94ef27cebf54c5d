import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import type { Admission } from "../../src/kernel/admission.ts";
import type { HostSinks } from "../../src/kernel/host-imports.ts";
import type { InstanceForm } from "../../src/kernel/instance-form.ts";
import type { ResetStep } from "../../src/kernel/reset.ts";
import { watchModule } from "../../src/kernel/watched-module.ts";

/** The forms that a kernel's code can have. */
export const formNames = ["plain", "watched"] as const;
export type FormName = (typeof formNames)[number];

const silent: HostSinks = { log: () => {} };

/** The kernel in a form; a kernel that has no watched one stays plain. */
export function formOf({ kernel, normalized }: Admission, name: FormName): InstanceForm {
  const watched = name === "watched" ? watchModule(normalized) : undefined;
  if (watched === undefined) {
    return { module: new WebAssembly.Module(normalized.bytes), plan: kernel.plan };
  }
  const plan = { ...kernel.plan, watch: watched.watch };
  return { module: new WebAssembly.Module(watched.bytes), plan };
}

/** An instance that has this form from the beginning. */
export function createInForm(
  admission: Admission,
  name: FormName,
  options: { readonly sinks?: HostSinks; readonly steps?: readonly ResetStep[] } = {},
): KernelInstance {
  const { functions } = admission.kernel;
  return createInstance({ ...formOf(admission, name), functions, sinks: silent, ...options });
}

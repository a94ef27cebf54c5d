/** The thread that admits one module: it may take long or never end, and is ended from outside then. */
import { workerData } from "node:worker_threads";
import { HeddleError } from "../base/error.ts";
import { inspectModule, rehearse, validateModule } from "../kernel/admission.ts";
import { toFailure } from "./batch.ts";
import type { AdmissionData, FromAdmission } from "./messages.ts";
import { keepCompiled } from "./thread-environment.ts";

const { port } = workerData as AdmissionData; // the host starts threads with nothing else

function post(message: FromAdmission): void {
  port.postMessage(message);
}

function admit(bytes: Uint8Array): void {
  try {
    validateModule(bytes);
    const admission = inspectModule(bytes);
    const module = new WebAssembly.Module(admission.normalized.bytes);
    post({ kind: "starting" });
    rehearse(module, admission);
    post({ kind: "admitted", kernel: admission.kernel });
  } catch (error) {
    post({ kind: "refused", failure: toFailure(HeddleError.from(error)) });
  }
}

keepCompiled(); // before the answer, upon which the thread is ended
port.once("message", admit);

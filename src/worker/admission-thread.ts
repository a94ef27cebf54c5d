/** The thread that admits one module: it may take long or never end, and is ended from outside then. */
import { workerData } from "node:worker_threads";
import { HeddleError } from "../base/error.ts";
import { rehearse } from "../kernel/admission.ts";
import { checkModule } from "../kernel/early-compile.ts";
import { toFailure } from "./batch.ts";
import type { AdmissionData, FromAdmission, ToAdmission } from "./messages.ts";
import { keepCompiled } from "./thread-environment.ts";

const { port } = workerData as AdmissionData; // the host starts threads with nothing else

function post(message: FromAdmission): void {
  port.postMessage(message);
}

async function admit({ bytes, digest }: ToAdmission): Promise<void> {
  try {
    const { module, admission } = await checkModule(bytes, digest);
    post({ kind: "starting" });
    rehearse(module, admission);
    post({ kind: "admitted", kernel: admission.kernel });
  } catch (error) {
    post({ kind: "refused", failure: toFailure(HeddleError.from(error)) });
  }
}

keepCompiled(); // before the answer, upon which the thread is ended
port.once("message", (message: ToAdmission) => void admit(message)); // the host posts nothing else

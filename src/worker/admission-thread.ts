/** The thread that admits one module: it may take long or never end, and is ended from outside then. */
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { digestOf, rehearse } from "../kernel/admission.ts";
import { checkModule } from "../kernel/early-compile.ts";
import { toFailure } from "./batch.ts";
import type { AdmissionData, FromAdmission, ToAdmission } from "./messages.ts";
import { keepCompiled } from "./thread-environment.ts";
import { warmModule } from "./warm-module.ts";

const { port } = workerData as AdmissionData; // the host starts threads with nothing else

function post(message: FromAdmission): void {
  port.postMessage(message);
}

function admit({ bytes, digest }: ToAdmission): void {
  try {
    const { module, admission } = checkModule(bytes, digest);
    post({ kind: "starting" });
    rehearse(module, admission);
    post({ kind: "admitted", kernel: admission.kernel });
  } catch (error) {
    post({ kind: "refused", failure: toFailure(HeddleError.from(error)) });
  }
}

/** Admits a module that nobody wants, see `warm-module.ts`, again and again until it is told of one that somebody does. */
async function warmUp(): Promise<void> {
  const bytes = warmModule(limits.admissionWarmFunctions, limits.admissionWarmTurns);
  for (let round = 0; round < limits.admissionWarmRounds && !asked; round++) {
    const { module, admission } = checkModule(bytes, digestOf(bytes));
    rehearse(module, admission);
    if (round === 0) keepCompiled(); // before the answer, upon which the thread is ended
    await nextTurn();
  }
  // What V8 has optimized on a thread of its own it takes into use when this one runs something.
  for (let tick = 0; tick < limits.admissionWarmTicks && !asked; tick++)
    await wait(limits.admissionWarmTickMs);
}

let asked = false;
// Listening for good, though there is one message only: a thread that ends takes its heap apart while the deploy goes on.
port.on("message", (message: ToAdmission) => {
  asked = true;
  admit(message); // the host posts nothing else
});
await warmUp();

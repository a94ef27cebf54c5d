/** The thread that admits one module: it may take long or never end, and is ended from outside then. */
import { workerData } from "node:worker_threads";
import { HeddleError } from "../base/error.ts";
import { digestOf, rehearse } from "../kernel/admission.ts";
import { checkModule } from "../kernel/early-compile.ts";
import { toFailure } from "./batch.ts";
import { wrapModule } from "../kernel/wrap.ts";
import type { AdmissionData, FromAdmission, ToAdmission } from "./messages.ts";
import { keepCompiled } from "./thread-environment.ts";

/** A function `f` that gives what it is given. */
const smallModule = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f], // (i32) → i32
  ...[3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
  ...[10, 6, 1, 4, 0, 0x20, 0, 0x0b],
]);
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

/** Admits the smallest module there is: what the thread does first takes it longest. */
async function warmUp(): Promise<void> {
  const bytes = wrapModule(smallModule, { name: "small", raw: true });
  const { module, admission } = await checkModule(bytes, digestOf(bytes));
  rehearse(module, admission);
}

await warmUp();
keepCompiled(); // before the answer, upon which the thread is ended
port.once("message", (message: ToAdmission) => void admit(message)); // the host posts nothing else

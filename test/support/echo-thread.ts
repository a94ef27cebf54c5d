/** A thread that answers numbers with their double and misbehaves when it is asked to. */
import { HeddleError } from "../../src/base/error.ts";
import { serveThread } from "../../src/store/thread-host.ts";

serveThread<number | string, unknown>((data) => {
  if (data === "locked") throw new HeddleError("DATA_LOCKED", "another process has it");
  if (data === "broken") throw new TypeError("no such thing");
  return {
    answer(request) {
      if (request === "throw") throw new HeddleError("STORE_CORRUPT", "page 7 is damaged");
      if (request === "exit") return process.exit(3);
      if (request === "function") return () => "cannot be cloned";
      return Number(request) * 2;
    },
    close() {
      if (data === "stubborn") throw new Error("will not close");
    },
  };
});

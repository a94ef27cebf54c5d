/** A process that opens the data folder of its first argument, says what came of it, and keeps it until it is killed. */
import { HeddleError } from "../../src/base/error.ts";
import { openDataFolder } from "../../src/store/data-folder.ts";

try {
  const folder = await openDataFolder(process.argv[2] ?? "");
  console.log(`open ${await folder.nodeId()} ${await folder.secret()}`);
  process.stdin.resume(); // stays until its parent is gone
} catch (error) {
  console.log(HeddleError.from(error).reason);
}

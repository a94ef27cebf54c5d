/** The package as it is published, built from this clone: what a figure starts that is about starting. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Below the clone, so that the package finds the packages that it needs. */
const folder = fileURLToPath(new URL("../../dist/bench-package/", import.meta.url));
const builder = fileURLToPath(new URL("../../scripts/build.js", import.meta.url));

/** Builds the package, which takes seconds; gives the path of its command. */
export async function buildCommand(scope: AsyncDisposableStack): Promise<string> {
  const child = spawn(process.execPath, [builder, "--out", folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  scope.defer(() => void child.kill());
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`npm run build ended with ${String(code)}`);
  return `${folder}bin/heddle.js`;
}

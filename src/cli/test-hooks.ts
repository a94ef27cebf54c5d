/**
 * Loaded into the processes of `heddle test` before the test: "heddle" and what is below it mean this installation, so
 * that a folder of kernels needs neither a package.json nor node_modules. TypeScript there is taken for modules.
 */
import { enableCompileCache, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/heddle", import.meta.url)));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier === "heddle" || specifier.startsWith("heddle/");
    // A package may import itself by its name.
    const resolved = nextResolve(specifier, isOurs ? { ...context, parentURL: import.meta.url } : context);
    const isTypeScript = resolved.url.endsWith(".ts") && !resolved.url.includes("/node_modules/");
    return isTypeScript && resolved.format == null ? { ...resolved, format: "module-typescript" } : resolved;
  },
});

// Whoever kills the command outright means its tests as well, also one that never ends.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1_000).unref();

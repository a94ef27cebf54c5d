import { HeddleError } from "../base/error.ts";

/** Turns an error of the file system into a HeddleError: STORE_FULL when the disk or a quota is full, else INTERNAL. */
export function fileError(error: unknown, doing: string): HeddleError {
  if (error instanceof HeddleError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new HeddleError(
      "STORE_FULL",
      `no space left for ${doing}: ${said}; free some or move the data folder`,
      {
        cause: error,
      },
    );
  }
  return new HeddleError("INTERNAL", `${doing} failed: ${said}`, { cause: error });
}

/** The code of an error of the system, `"ENOENT"`, if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

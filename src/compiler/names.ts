/** How names of AssemblyScript become names of protobuf. */

const plainName = /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$/;

/** Whether a name is made of letters, digits and single inner underscores, so that it survives every conversion. */
export function isPlainName(name: string): boolean {
  return plainName.test(name);
}

/** `matrixSize`, `HTTPPort` → `matrix_size`, `http_port`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** `solveLu`, `linear_algebra` → `SolveLu`, `LinearAlgebra`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

/** The reasons that speak of modules and their versions: a part of the table in `reason.ts`. */
import { Code } from "./code.ts";
import { row, type ReasonRow } from "./reason-row.ts";

/** What a module must be, and what may be done with its versions. */
export const moduleReasons = {
  BAD_MODULE: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The bytes are not a WebAssembly module that Heddle can run; the message says where.",
  ),
  BAD_IMPORT: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The module imports something the fabric does not offer, or calls an import from its start function.",
  ),
  BAD_EXPORT: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "An export the contract asks for is missing or has another type.",
  ),
  BAD_DESCRIPTOR: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The descriptor in the module cannot be read or does not fit its exports.",
  ),
  BAD_MANIFEST: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The manifest in the module has an unknown key or a value outside its range.",
  ),
  MEMORY_ABOVE_CAP: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The module declares more memory than the cap, or memory the fabric cannot bound (shared, 64-bit).",
  ),
  START_TIMEOUT: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The start function did not end within its time limit.",
  ),
  COMPILE_TIMEOUT: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The module could not be compiled within the time limit of the admission.",
  ),
  MODULE_TOO_LARGE: row(
    Code.RESOURCE_EXHAUSTED,
    "final",
    false,
    "The uploaded module is larger than the limit named in the message.",
  ),
  DIGEST_MISMATCH: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The uploaded bytes do not have the digest that was announced.",
  ),
  MODULE_CORRUPT: row(
    Code.DATA_LOSS,
    "final",
    false,
    "A stored module no longer has its digest; deploy it again.",
  ),
  RESERVED_NAME: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The kernel name is reserved or is not a protobuf identifier in lower snake case.",
  ),
  INCOMPATIBLE: row(
    Code.FAILED_PRECONDITION,
    "final",
    false,
    "The callers of the deployed version would not understand the new one, or a caller speaks to another version than it knows; the message says what differs. Keep what is used, or deploy with `--breaking`.",
  ),
  ROUTE_REFUSED: row(
    Code.FAILED_PRECONDITION,
    "final",
    false,
    "The versions of the kernel do not allow that change of its route: none is on trial, none came before, or the named one serves; see `heddle kernels --versions`.",
  ),
  NOT_DETERMINISTIC: row(
    Code.FAILED_PRECONDITION,
    "final",
    false,
    "Outcomes can be compared only between versions that are both deterministic. Build both with `--deterministic`, or try the new one with `--canary` instead.",
  ),
  BUILD_FAILED: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The kernel source does not compile; the message gives file, line and what to use instead.",
  ),
} as const satisfies Record<string, ReasonRow>;

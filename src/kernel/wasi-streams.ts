/** The three streams of a WASI command, in memory. */
import { Fd, wasi } from "@bjorn3/browser_wasi_shim";

/** Neither a file nor a terminal: C libraries then buffer their output. */
function describeStream(rights: number): { ret: number; fdstat: wasi.Fdstat } {
  const fdstat = new wasi.Fdstat(wasi.FILETYPE_UNKNOWN, 0);
  fdstat.fs_rights_base = BigInt(rights);
  return { ret: wasi.ERRNO_SUCCESS, fdstat };
}

function statStream(): { ret: number; filestat: wasi.Filestat } {
  return { ret: wasi.ERRNO_SUCCESS, filestat: new wasi.Filestat(0n, wasi.FILETYPE_UNKNOWN, 0n) };
}

/** Gives the bytes of a request to whoever reads. */
export class InputStream extends Fd {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override fd_read(size: number): { ret: number; data: Uint8Array } {
    const data = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += data.length;
    return { ret: wasi.ERRNO_SUCCESS, data };
  }

  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
    return describeStream(wasi.RIGHTS_FD_READ);
  }

  override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
    return statStream();
  }
}

/** How much all output streams of a call may take. */
export interface OutputBudget {
  bytesLeft: number;
  /** Ends the call; does not return. */
  exhausted(): never;
}

/** Keeps what is written, in one buffer that grows: a command may write byte by byte. */
export class OutputStream extends Fd {
  readonly #budget: OutputBudget;
  #buffer = new Uint8Array(0);
  #size = 0;

  constructor(budget: OutputBudget) {
    super();
    this.#budget = budget;
  }

  /** What was written so far. */
  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
    this.#budget.bytesLeft -= data.length;
    if (this.#budget.bytesLeft < 0) this.#budget.exhausted();
    const needed = this.#size + data.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length, 1024));
      grown.set(this.written);
      this.#buffer = grown;
    }
    this.#buffer.set(data, this.#size);
    this.#size = needed;
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.length };
  }

  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
    return describeStream(wasi.RIGHTS_FD_WRITE);
  }

  override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
    return statStream();
  }
}

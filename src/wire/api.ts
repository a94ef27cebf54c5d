/** The JSON that the HTTP port serves, as types. */

/** What `GET /v1` answers. */
export interface ApiKernels {
  /** By name. */
  readonly kernels: readonly ApiKernel[];
}

/** A deployed kernel. */
export interface ApiKernel {
  readonly name: string;
  /** What its author wrote about it. */
  readonly comment: string;
  /** sha-256 of the version that serves, 64 hex digits. */
  readonly digest: string;
  /** How the module is called: typed, raw or wasi. */
  readonly kind: string;
  /** Full name of its gRPC service. */
  readonly service: string;
  /** It imports nothing with effects. */
  readonly pure: boolean;
  /** Pure, and equal inputs give equal outputs on every machine. */
  readonly deterministic: boolean;
  /** Host imports with effects that it uses. */
  readonly capabilities: readonly string[];
  readonly sizeBytes: number;
  /** When it was deployed, in ms since the epoch. */
  readonly deployedAtMs: number;
  /** Time limit of one call, in ms. */
  readonly timeLimitMs: number;
  /** Memory maximum of an instance, in bytes. */
  readonly memoryMaxBytes: number;
  readonly functions: readonly ApiFunction[];
}

/** A function of a kernel. */
export interface ApiFunction {
  readonly name: string;
  /** Where to POST to: `/v1/linalg/matmul`. */
  readonly path: string;
  /** Path of its gRPC method: `/linalg.LinalgService/Matmul`. */
  readonly method: string;
  /** `matmul(a: Matrix, b: Matrix): Matrix` */
  readonly signature: string;
  /** What its author wrote about it. */
  readonly comment: string;
}

/** What `GET /v1/<kernel>` answers. */
export interface ApiKernelDetails extends ApiKernel {
  /** Its messages and its service as `.proto` files. */
  readonly proto: readonly { readonly name: string; readonly text: string }[];
}

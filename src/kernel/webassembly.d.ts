/**
 * The part of the WebAssembly JavaScript interface that is used here. TypeScript ships it with the DOM only, which
 * would bring `window` and its like into code that runs in Node.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static customSections(module: Module, name: string): ArrayBuffer[];
    /** Keeps the type apart from every other object. */
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }

  type ModuleImports = Readonly<Record<string, (...args: never[]) => unknown>>;
  type Imports = Readonly<Record<string, ModuleImports>>;
  type ExportValue = ((...args: number[]) => number) | Memory | Global | Table;
  type Exports = Readonly<Record<string, ExportValue>>;

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Global {
    constructor(descriptor: { readonly value: string; readonly mutable?: boolean }, value?: number | bigint);
    value: number | bigint;
  }

  class Table {
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value: unknown): void;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  class Exception {}

  function validate(bytes: Uint8Array): boolean;
  function compile(bytes: Uint8Array): Promise<Module>;
}

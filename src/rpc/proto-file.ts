/**
 * A `.proto` file as a descriptor set with its comments. The stock library parses; what it found is put into our own
 * descriptors, since its own conversion loses comments and what `optional` means.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { FileDescriptorSet } from "../wire/descriptor.ts";
import { writeDescriptorSet } from "../wire/descriptor-write.ts";
import { describeNamespace } from "./proto-namespace.ts";

const filesMax = 64;
const syntax = /^\s*syntax\s*=\s*(["'])proto3\1\s*;/m;

/**
 * Reads a file and those it imports, by paths from its own folder. All have to be of one package, which becomes the
 * kernel's name. Throws BAD_DESCRIPTOR, naming file and line.
 */
export async function readProtoFile(path: string): Promise<Uint8Array> {
  const root = new protobuf.Root();
  const folder = dirname(path);
  const names = new Map<string, string>([[path, ""]]);
  let packageName: string | undefined;
  for (const [file, from] of names) {
    const parsed = parse(root, file, await readSource(file, from));
    packageName ??= parsed.package;
    if (parsed.package !== packageName) {
      const said = `its package is "${parsed.package}", that of the first file is "${packageName}"`;
      throw bad(file, `${said}; all types of a kernel belong to one package`);
    }
    for (const imported of parsed.imports) {
      if (imported.startsWith("google/")) {
        const instead = "use a message of your own, or numbers and strings (milliseconds as an int64)";
        throw bad(
          file,
          `it imports ${imported}; types of other packages cannot be part of a kernel, ${instead}`,
        );
      }
      names.set(join(folder, imported), file);
    }
    if (names.size > filesMax) throw bad(file, `more than ${filesMax} files are imported`);
  }
  if (packageName === undefined) throw bad(path, "it has no package; the package is the kernel's name");
  return writeDescriptorSet(describeRoot(root, path, packageName));
}

async function readSource(file: string, from: string): Promise<string> {
  let source: string;
  try {
    source = await readFile(file, "utf8");
  } catch (cause) {
    const who = from === "" ? "" : `, which ${from} imports`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HeddleError("BAD_DESCRIPTOR", `cannot read ${file}${who}: ${why}`, { cause });
  }
  if (source.length > limits.descriptorMaxBytes)
    throw bad(file, `it has more than ${limits.descriptorMaxBytes} bytes`);
  if (!syntax.test(source))
    throw bad(file, 'it must begin with syntax = "proto3"; other languages are not supported');
  return source;
}

function parse(root: protobuf.Root, file: string, source: string) {
  try {
    const parsed = protobuf.parse(source, root, { keepCase: true, alternateCommentMode: true });
    const imports = [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])];
    return { package: parsed.package, imports };
  } catch (cause) {
    throw bad(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function describeRoot(root: protobuf.Root, path: string, packageName: string): FileDescriptorSet {
  try {
    root.resolveAll();
    const space = root.lookup(packageName);
    if (!(space instanceof protobuf.Namespace)) throw new Error(`it declares nothing in "${packageName}"`);
    const file = {
      name: `${packageName.replaceAll(".", "/")}.proto`,
      package: packageName,
      syntax: "proto3",
    };
    return { files: [{ ...file, dependencies: [], comment: "", ...describeNamespace(space) }] };
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw bad(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function bad(file: string, said: string, cause?: unknown): HeddleError {
  return new HeddleError("BAD_DESCRIPTOR", `${file}: ${said}`, { cause });
}

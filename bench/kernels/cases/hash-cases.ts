import { randomBytes, type KernelCase } from "./case.ts";

/** Digests of 4 KiB to 1 MiB. */
export function hashCases(): readonly KernelCase[] {
  const large = randomBytes(1 << 20, 1);
  const middle = large.subarray(0, 256 << 10);
  const small = large.subarray(0, 4 << 10);
  const seed = 0x9e3779b97f4a7c15n;
  return [
    { ...hashCase("sha256", large), input: "1 MiB" },
    { ...hashCase("sha256Hex", small), input: "4 KiB" },
    {
      ...hashCase("xxhash64", large),
      input: "1 MiB",
      request: { data: large, seed },
      arguments: [large, seed],
    },
    {
      ...hashCase("crc32", middle),
      input: "256 KiB",
      request: { data: middle, before: 0 },
      arguments: [middle, 0],
    },
  ];
}

function hashCase(name: string, data: Uint8Array): KernelCase {
  return { kernel: "hash", function: name, input: "", request: { data }, arguments: [data], tolerance: 0 };
}

import { randomDoubles, type KernelCase } from "./case.ts";

/** Transforms of 64 KiB to 1 MiB. */
export function fftCases(): readonly KernelCase[] {
  const real = randomDoubles(16_384, 1);
  const signal = randomDoubles(10_000, 2);
  const window = randomDoubles(1000, 3);
  return [
    complexCase("forward", "x", 4096),
    complexCase("inverse", "spectrum", 65_536),
    fftCase("forwardReal", `${real.length} numbers`, { x: real }, [real]),
    complexCase("inverseReal", "spectrum", 32_769),
    fftCase("convolve", "10,000 with 1,000 numbers", { a: signal, b: window }, [signal, window]),
  ];
}

function complexCase(name: string, parameter: string, count: number): KernelCase {
  const re = randomDoubles(count, 4);
  const im = randomDoubles(count, 5);
  return fftCase(name, `${count} complex numbers`, { [parameter]: { re, im } }, [re, im]);
}

function fftCase(name: string, input: string, request: object, values: readonly Float64Array[]): KernelCase {
  return { kernel: "fft", function: name, input, request, arguments: values, tolerance: 1e-14 };
}

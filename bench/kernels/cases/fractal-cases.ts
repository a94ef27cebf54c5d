import type { KernelCase } from "./case.ts";

/** Tiles of 256 × 256 pixels at the edge of the sets, where counts differ. */
export function fractalCases(): readonly KernelCase[] {
  const seahorses = { left: -0.78, top: 0.14, step: 0.0003, width: 256, height: 256 };
  const whole = { left: -1.6, top: 1.2, step: 0.0095, width: 256, height: 256 };
  const [cRe, cIm, iterations] = [-0.79, 0.15, 300];
  return [
    {
      kernel: "fractal",
      function: "mandelbrot",
      input: "256 × 256 pixels, 500 iterations",
      request: { view: seahorses, iterations: 500 },
      arguments: [...Object.values(seahorses), 500],
      tolerance: 1e-6,
      chaotic: true,
    },
    {
      kernel: "fractal",
      function: "julia",
      input: "256 × 256 pixels, 300 iterations",
      request: { view: whole, cRe, cIm, iterations },
      arguments: [...Object.values(whole), cRe, cIm, iterations],
      tolerance: 1e-6,
      chaotic: true,
    },
  ];
}

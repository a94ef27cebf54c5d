import type { Figure } from "../harness.ts";
import { clusterCases } from "../kernels/cases/cluster-cases.ts";
import { fftCases } from "../kernels/cases/fft-cases.ts";
import { fractalCases } from "../kernels/cases/fractal-cases.ts";
import { imageCases } from "../kernels/cases/image-cases.ts";
import { linalgCases, productCases } from "../kernels/cases/linalg-cases.ts";
import { montecarloCases } from "../kernels/cases/montecarlo-cases.ts";
import { compareKernels } from "../kernels/kernel-comparison.ts";

const target = 1.25;

/** Kernels whose inner loops are written in vectors, and have a counterpart in SSE intrinsics. */
const tuned: Readonly<Record<string, readonly string[]>> = {
  linalg_fast: ["matmul", "matmulF32"],
  linalg: ["matmul", "matmulF32", "matvec", "matvecF32", "lu"],
  fft: ["forward", "inverse", "forwardReal", "inverseReal", "convolve"],
  fractal: ["mandelbrot", "julia"],
  image: ["gaussianBlur", "sobel", "resize"],
  montecarlo: ["european", "normals", "pi"],
  cluster: ["step", "kmeans"],
};

/** The tuned kernels against C that is tuned the same way. */
export const kernelsTuned: Figure = {
  name: "kernels.tuned",
  about:
    "geometric mean over the tuned kernels of the time of a call ÷ C with the same blocking and SSE intrinsics, gcc -O3",
  unit: "µs",
  target,
  better: "lower",
  run(bench) {
    return compareKernels(bench, {
      kernels: Object.keys(tuned),
      prefix: "tuned ",
      target,
      cases() {
        const all = [
          ...productCases("linalg_fast"),
          ...linalgCases(),
          ...fftCases(),
          ...fractalCases(),
          ...imageCases(),
          ...montecarloCases(),
          ...clusterCases(),
        ];
        return all.filter((one) => tuned[one.kernel]?.includes(one.function));
      },
    });
  },
};

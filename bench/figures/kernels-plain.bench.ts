import type { Figure } from "../harness.ts";
import { clusterCases } from "../kernels/cases/cluster-cases.ts";
import { fftCases } from "../kernels/cases/fft-cases.ts";
import { fractalCases } from "../kernels/cases/fractal-cases.ts";
import { hashCases } from "../kernels/cases/hash-cases.ts";
import { imageCases } from "../kernels/cases/image-cases.ts";
import { linalgCases, productCases } from "../kernels/cases/linalg-cases.ts";
import { montecarloCases } from "../kernels/cases/montecarlo-cases.ts";
import { odeCases } from "../kernels/cases/ode-cases.ts";
import { sortCases } from "../kernels/cases/sort-cases.ts";
import { textCases } from "../kernels/cases/text-cases.ts";
import { compareKernels } from "../kernels/kernel-comparison.ts";

const target = 1.25;

/** Every function of the kernel library against the same algorithm in plain C. */
export const kernelsPlain: Figure = {
  name: "kernels.plain",
  about:
    "geometric mean over the kernel library of the time of a call ÷ the same plain algorithm in C, gcc -O3",
  unit: "µs",
  target,
  better: "lower",
  run(bench) {
    return compareKernels(bench, {
      kernels: [
        "linalg",
        "linalg_fast",
        "fft",
        "sort",
        "hash",
        "fractal",
        "image",
        "montecarlo",
        "text",
        "cluster",
        "ode",
      ],
      prefix: "",
      target,
      cases(instances) {
        return [
          ...linalgCases(),
          ...productCases("linalg_fast"),
          ...fftCases(),
          ...sortCases(),
          ...hashCases(),
          ...fractalCases(),
          ...imageCases(),
          ...montecarloCases(),
          ...textCases((name, request) => {
            const call = instances.get("text")?.call(name, request);
            call?.run();
            return call?.value();
          }),
          ...clusterCases(),
          ...odeCases(),
        ];
      },
    });
  },
};

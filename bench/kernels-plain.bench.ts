import type { Figure } from "./harness.ts";
import { clusterCases } from "./kernel-cases/cluster-cases.ts";
import { fftCases } from "./kernel-cases/fft-cases.ts";
import { fractalCases } from "./kernel-cases/fractal-cases.ts";
import { hashCases } from "./kernel-cases/hash-cases.ts";
import { imageCases } from "./kernel-cases/image-cases.ts";
import { linalgCases, productCases } from "./kernel-cases/linalg-cases.ts";
import { montecarloCases } from "./kernel-cases/montecarlo-cases.ts";
import { odeCases } from "./kernel-cases/ode-cases.ts";
import { sortCases } from "./kernel-cases/sort-cases.ts";
import { textCases } from "./kernel-cases/text-cases.ts";
import { compareKernels } from "./kernel-comparison.ts";

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

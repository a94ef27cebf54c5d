import { randomOf, type KernelCase, type Value } from "./case.ts";

const seed = 20_260_707n;
const option = { side: 1, spot: 100, strike: 105, rate: 0.03, dividend: 0.01, volatility: 0.2, years: 1 };
const optionValues = Float64Array.from(Object.values(option));
const tolerance = 1e-9;

/** Some ten thousands of paths, a million points. */
export function montecarloCases(): readonly KernelCase[] {
  const counter = Uint32Array.of(1, 2, 3, 4);
  const [pairs, fewer, steps, first] = [100_000, 50_000, 64, 1001];
  return [
    randomCase("european", "100,000 pairs", { option, seed, pairs }, [optionValues, seed, pairs]),
    randomCase("europeanSums", "50,000 pairs", { option, seed, first, pairs: fewer }, [
      optionValues,
      seed,
      first,
      fewer,
    ]),
    randomCase("asian", "2,000 pairs, 64 steps", { option, steps, seed, pairs: 2000 }, [
      optionValues,
      steps,
      seed,
      2000,
    ]),
    randomCase("asianSums", "1,000 pairs, 64 steps", { option, steps, seed, first: 1000, pairs: 1000 }, [
      optionValues,
      steps,
      seed,
      1000,
      1000,
    ]),
    randomCase("pi", "1,000,000 points", { seed, points: 1_000_000 }, [seed, 1_000_000]),
    randomCase("piSums", "100,000 points", { seed, first, points: 100_000 }, [seed, first, 100_000]),
    estimateCase(),
    randomCase("normals", "100,000 numbers", { seed, first: 0, count: 100_000 }, [seed, 0, 100_000]),
    randomCase("philox", "16,384 blocks", { counter, seed, blocks: 16_384 }, [counter, seed, 16_384]),
  ];
}

function randomCase(name: string, input: string, request: object, values: readonly Value[]): KernelCase {
  return { kernel: "montecarlo", function: name, input, request, arguments: values, tolerance };
}

function estimateCase(): KernelCase {
  const random = randomOf(1);
  const parts = Array.from({ length: 1000 }, (_, index) => ({
    first: 1000 * ((index * 7) % 1000),
    count: 1000,
    scale: 4,
    sum: Math.round(1000 * random()),
    sumLow: random() / 1024,
    squares: Math.round(1000 * random()),
    squaresLow: random() / 1024,
  }));
  const rows = Float64Array.from(parts.flatMap((part) => Object.values(part)));
  return randomCase("estimate", "1,000 parts", { parts }, [rows]);
}

import { randomDoubles, randomOf, type KernelCase, type Value } from "./case.ts";

/** 10,000 points in eight dimensions around 16 places, and 5,000 in a plane around eight. */
export function clusterCases(): readonly KernelCase[] {
  const points = blobs(10_000, 8, 16);
  const centroids = points.slice(0, 16 * 8);
  const plane = blobs(5000, 2, 8);
  const seed = 7n;
  return [
    clusterCase("step", "10,000 points, 8 dimensions, 16 centroids", {
      request: { points, centroids, dimensions: 8, assign: true },
      values: [points, centroids, 8, true],
    }),
    updateCase(centroids),
    clusterCase("seedPoints", "16 of 10,000 points, 8 dimensions", {
      request: { points, dimensions: 8, count: 16, seed },
      values: [points, 8, 16, seed],
    }),
    {
      ...clusterCase("kmeans", "5,000 points, 2 dimensions, 8 clusters", {
        request: { points: plane, dimensions: 2, count: 8, seed, iterations: 20 },
        values: [plane, 2, 8, seed, 20],
      }),
    },
  ];
}

function clusterCase(
  name: string,
  input: string,
  { request, values }: { readonly request: object; readonly values: readonly Value[] },
): KernelCase {
  return { kernel: "cluster", function: name, input, request, arguments: values, tolerance: 1e-12 };
}

function updateCase(centroids: Float64Array): KernelCase {
  const chunks = Array.from({ length: 64 }, (_, index) => ({
    assignments: new Uint32Array(0),
    counts: BigUint64Array.from({ length: 16 }, (_unused, c) => BigInt(10 + c)),
    sums: randomDoubles(16 * 8, index),
    carries: randomDoubles(16 * 8, index + 100).map((value) => value / 2 ** 60),
    inertia: 10 + index,
    inertiaCarry: 0,
  }));
  const all = (name: "sums" | "carries"): Float64Array =>
    Float64Array.from(chunks.flatMap((chunk) => [...chunk[name]]));
  const counts = BigUint64Array.from(chunks.flatMap((chunk) => [...chunk.counts]));
  const inertia = Float64Array.from(chunks.map((chunk) => chunk.inertia));
  return clusterCase("update", "64 chunks, 8 dimensions, 16 centroids", {
    request: { chunks, centroids, dimensions: 8 },
    values: [centroids, 8, counts, all("sums"), all("carries"), inertia],
  });
}

function blobs(count: number, dimensions: number, places: number): Float64Array {
  const random = randomOf(count);
  const centres = Float64Array.from({ length: places * dimensions }, () => 20 * random());
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float64Array.from({ length: count * dimensions }, (_, at) => {
    const place = Math.floor(at / dimensions) % places;
    return (centres[place * dimensions + (at % dimensions)] ?? 0) + 2 * normal();
  });
}

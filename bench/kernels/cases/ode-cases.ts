import type { KernelCase } from "./case.ts";

/** The problems of the library, at tolerances and lengths of half a millisecond to some milliseconds. */
export function odeCases(): readonly KernelCase[] {
  return [
    odeCase("arenstorf", { tolerance: 1e-12 }),
    odeCase("pleiades", { tolerance: 1e-10 }),
    odeCase("twoBody", { eccentricity: 0.5, duration: 628, tolerance: 1e-12 }),
    odeCase("rigidBody", { duration: 1000, tolerance: 1e-12 }),
    odeCase("lorenz", { tolerance: 1e-14 }),
    odeCase("vanDerPol", { periods: 100, tolerance: 1e-12 }),
    odeCase("lotkaVolterra", {
      prey: 10,
      predators: 5,
      growth: 1.1,
      predation: 0.4,
      decline: 0.4,
      conversion: 0.1,
      duration: 50,
      tolerance: 1e-10,
    }),
  ];
}

function odeCase(name: string, request: Readonly<Record<string, number>>): KernelCase {
  const input = `tolerance ${request["tolerance"]}`;
  return {
    kernel: "ode",
    function: name,
    input,
    request,
    arguments: Object.values(request),
    // The first step is chosen by a power, whose last bit differs between libraries; what follows from it grows.
    tolerance: 1e-6,
  };
}

import { randomOf, type KernelCase, type Value } from "./case.ts";

const width = 512;
const height = 512;

/** A picture of 512 × 512 pixels, 1 MiB. */
export function imageCases(): readonly KernelCase[] {
  return [
    imageCase("gaussianBlur", "sigma 2", { sigma: 2, edge: 1 }, [2, 1]),
    imageCase("sobel", "", {}, []),
    imageCase("resize", "to 256 × 256, Lanczos", { width: 256, height: 256, filter: 3 }, [256, 256, 3]),
    imageCase("premultiply", "", {}, []),
    imageCase("unpremultiply", "", {}, []),
  ];
}

function imageCase(name: string, said: string, more: object, values: readonly Value[]): KernelCase {
  const data = picture();
  return {
    kernel: "image",
    function: name,
    input: ["512 × 512 pixels", said].filter(Boolean).join(", "),
    request: { image: { width, height, data }, ...more },
    arguments: [width, height, data, ...values],
    outputs: (value) => [(value as { data: Uint8Array }).data], // by the kernel's descriptor
    // Weights are made with sines and powers of another library: a byte may be rounded the other way.
    tolerance: name === "gaussianBlur" || name === "resize" ? 1.01 / 255 : 0,
  };
}

/** Gradients, some noise, and a soft edge of alpha around an opaque middle. */
function picture(): Uint8Array {
  const random = randomOf(1);
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      data[at] = (x >> 1) ^ (y >> 3);
      data[at + 1] = y / 2 + 20 * random();
      data[at + 2] = 128 + 100 * Math.sin(x / 17) * Math.cos(y / 23) + 20 * random();
      const fromCentre = Math.hypot(x - width / 2, y - height / 2);
      data[at + 3] = Math.max(0, Math.min(255, 2 * (300 - fromCentre)));
    }
  }
  return data;
}

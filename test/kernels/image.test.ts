import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const [nearest, bilinear, area, lanczos] = [0, 1, 2, 3];
/** Rounding to the nearest byte, and what floats may lose before. */
const rounding = 0.5 + 2e-3;

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("image");
}, 60_000);

// The replies are typed by the kernel's descriptor.
const filtered = (name: string, request: object): Image => kernel.call(name, request) as Image;

const imageOf = (width: number, height: number): fc.Arbitrary<Image> =>
  fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 }).map((data) => ({
    width,
    height,
    data,
  }));

const size = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 2, 3, 4, 5, 16, 17));
const anyImage = fc.tuple(size, size).chain(([width, height]) => imageOf(width, height));

function solid(width: number, height: number, pixel: readonly number[]): Image {
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 4 }, (_, i) => pixel[i % 4] ?? 0),
  };
}

function pixelAt({ width, data }: Image, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

/** Expects bytes to be the roundings of exact values. */
function expectRounded({ data }: Image, exact: readonly number[]): void {
  expect(data).toHaveLength(exact.length);
  for (const [i, value] of exact.entries()) {
    const within = Math.max(0, Math.min(255, value));
    expect(Math.abs((data[i] ?? NaN) - within), `byte ${i}`).toBeLessThanOrEqual(rounding);
  }
}

describe("image", () => {
  it("is pure and has a comment on every function and parameter", () => {
    expect(kernel.pure).toBe(true);
    for (const { name, comment } of kernel.schema.functions) expect(comment, name).not.toBe("");
    for (const { request } of kernel.schema.functions) {
      for (const { name, comment } of request.fields) expect(comment, name).not.toBe("");
    }
  });

  const names = ["gaussianBlur", "sobel", "resize", "premultiply", "unpremultiply"];

  it.each(names)("refuses an image that is none: %s", (name) => {
    const refused = (image: object) => kernel.refusal(name, { image });
    const empty = { width: 0, height: 5, data: new Uint8Array(0) };
    expect(refused(empty)).toEqual({
      code: Code.INVALID_ARGUMENT,
      message: "width × height must be from 1 to 16000000, not 0 × 5",
    });
    expect(refused({}).message).toContain("not 0 × 0");
    expect(refused({ ...empty, width: 2 ** 31, height: 2 }).message).toContain("not 2147483648 × 2");
    expect(refused({ ...empty, width: 2 ** 32 - 1, height: 2 ** 32 - 1 }).message).toContain(
      "must be from 1",
    );
    expect(refused({ width: 2, height: 2, data: new Uint8Array(15) }).message).toBe(
      "data must have width × height × 4 = 16 bytes, not 15",
    );
  });

  it("leaves its caller's image alone and gives the same bytes in every call", () => {
    const image = solid(5, 5, [1, 2, 3, 4]);
    image.data[40] = 200;
    const before = image.data.slice();
    const request = { image, sigma: 1, edge: 0 };
    expect(filtered("gaussianBlur", request)).toEqual(filtered("gaussianBlur", request));
    expect(image.data).toEqual(before);
  });
});

describe("gaussianBlur", () => {
  it("is the weighted mean around each pixel, in two dimensions, to the nearest byte", () => {
    const sigma = fc.oneof(fc.constantFrom(0.3, 0.5, 1, 1.5), fc.double({ min: 0.05, max: 3, noNaN: true }));
    fc.assert(
      fc.property(anyImage, sigma, fc.constantFrom(0, 1), (image, deviation, edge) => {
        const blurred = filtered("gaussianBlur", { image, sigma: deviation, edge });
        expectRounded(blurred, plainBlur(image, deviation, edge));
      }),
      { seed: testSeed, numRuns: 60 },
    );
  });

  it("leaves an image of one colour as it is, however wide the blur", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        size,
        size,
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.constantFrom(0, 1),
        (pixel, width, height, sigma, edge) => {
          const image = solid(width, height, [...pixel]);
          expect(filtered("gaussianBlur", { image, sigma, edge }).data).toEqual(image.data);
        },
      ),
      { seed: testSeed, numRuns: 60 },
    );
  });

  it("spreads a single pixel into the curve of Gauss, alike in all directions", () => {
    const image = solid(21, 21, [0, 0, 0, 0]);
    image.data.set([255, 200, 100, 50], (10 * 21 + 10) * 4);
    const blurred = filtered("gaussianBlur", { image, sigma: 1 });
    const curve = Array.from({ length: 7 }, (_, i) => Math.exp(-((i - 3) ** 2) / 2));
    const sum = curve.reduce((total, value) => total + value, 0);
    for (let dy = -3; dy <= 3; dy++) {
      for (let dx = -3; dx <= 3; dx++) {
        const share = ((curve[dx + 3] ?? 0) * (curve[dy + 3] ?? 0)) / sum ** 2;
        const [red = 0] = pixelAt(blurred, 10 + dx, 10 + dy);
        expect(Math.abs(red - 255 * share)).toBeLessThanOrEqual(rounding);
        expect(pixelAt(blurred, 10 - dx, 10 + dy)).toEqual(pixelAt(blurred, 10 + dy, 10 - dx));
      }
    }
    expect(pixelAt(blurred, 10, 14)).toEqual([0, 0, 0, 0]);
  });

  it("does nothing with a sigma of 0", () => {
    const image = solid(2, 1, [1, 2, 3, 4]);
    image.data[0] = 99;
    expect(filtered("gaussianBlur", { image, sigma: 0 })).toEqual(image);
  });

  it("is right for a large image", () => {
    const image = { width: 301, height: 203, data: noise(301 * 203 * 4) };
    expectRounded(filtered("gaussianBlur", { image, sigma: 4.2, edge: 1 }), separateBlur(image, 4.2, 1));
  });

  it.each([
    [{ sigma: -1 }, "sigma must be from 0 to 100, not -1.0"],
    [{ sigma: 100.5 }, "sigma must be from 0 to 100, not 100.5"],
    [{ sigma: NaN }, "sigma must be from 0 to 100, not NaN"],
    [{ sigma: 1, edge: 2 }, "edge must be 0 (clamp) or 1 (mirror), not 2"],
  ])("refuses %j", (changes, message) => {
    const request = { image: solid(1, 1, [0]), ...changes };
    expect(kernel.refusal("gaussianBlur", request)).toEqual({ code: Code.INVALID_ARGUMENT, message });
  });
});

describe("sobel", () => {
  it("is the length of the gradient of brightness, to the nearest byte", () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        expectRounded(filtered("sobel", { image }), plainSobel(image));
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("is right for a large image", () => {
    const image = { width: 403, height: 37, data: noise(403 * 37 * 4) };
    expectRounded(filtered("sobel", { image }), plainSobel(image));
  });

  it("finds the edge between two greys, four times as bright as their difference", () => {
    const image = solid(6, 4, [10, 10, 10, 255]);
    for (let y = 0; y < 4; y++) image.data.fill(30, (y * 6 + 3) * 4, (y * 6 + 6) * 4);
    const { data } = filtered("sobel", { image });
    const reds = Array.from({ length: 24 }, (_, i) => data[i * 4]);
    expect(reds).toEqual([0, 1, 2, 3].flatMap(() => [0, 0, 80, 80, 0, 0]));
    expect(pixelAt({ width: 6, height: 4, data }, 2, 2)).toEqual([80, 80, 80, 255]);
  });

  it("finds nothing in one colour, and at most white", () => {
    expect(filtered("sobel", { image: solid(3, 3, [9, 8, 7, 0]) })).toEqual(solid(3, 3, [0, 0, 0, 255]));
    const image = solid(3, 1, [0, 0, 0, 255]);
    image.data.fill(255, 8);
    expect(pixelAt(filtered("sobel", { image }), 1, 0)).toEqual([255, 255, 255, 255]);
  });
});

describe("resize", () => {
  it.each([
    ["nearest", nearest, plainNearest],
    ["bilinear", bilinear, plainBilinear],
    ["area", area, plainArea],
    ["Lanczos", lanczos, plainLanczos],
  ])("makes new pixels of old ones as the filter says: %s", (_, filter, plain) => {
    fc.assert(
      fc.property(anyImage, size, size, (image, width, height) => {
        const resized = filtered("resize", { image, width, height, filter });
        expect([resized.width, resized.height]).toEqual([width, height]);
        const same = width === image.width && height === image.height;
        expectRounded(resized, same ? [...image.data] : plain(image, width, height));
      }),
      { seed: testSeed, numRuns: 150 },
    );
  });

  it("gives the image itself in its own size, whatever the filter", () => {
    const image = { width: 17, height: 5, data: noise(17 * 5 * 4) };
    for (const filter of [nearest, bilinear, area, lanczos]) {
      expect(filtered("resize", { image, width: 17, height: 5, filter })).toEqual(image);
    }
  });

  it("keeps one colour, whatever the filter and the sizes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.tuple(size, size, fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 })),
        fc.constantFrom(nearest, bilinear, area, lanczos),
        (pixel, [oldWidth, oldHeight, width, height], filter) => {
          const image = solid(oldWidth, oldHeight, [...pixel]);
          const resized = filtered("resize", { image, width, height, filter });
          expect(resized).toEqual(solid(width, height, [...pixel]));
        },
      ),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("repeats pixels in whole multiples by the nearest, and gives them back by their mean", () => {
    const image = { width: 7, height: 3, data: noise(84) };
    const large = filtered("resize", { image, width: 28, height: 9, filter: nearest });
    expect(pixelAt(large, 6, 5)).toEqual(pixelAt(image, 1, 1));
    expect(filtered("resize", { image: large, width: 7, height: 3, filter: area })).toEqual(image);
  });

  it("shrinks a large image to one pixel, its mean", () => {
    const image = { width: 500, height: 400, data: noise(800_000) };
    const resized = filtered("resize", { image, width: 1, height: 1, filter: area });
    const mean = (channel: number) =>
      image.data.filter((_, i) => i % 4 === channel).reduce((a, b) => a + b, 0) / 200_000;
    expectRounded(resized, [0, 1, 2, 3].map(mean));
  });

  it.each([
    [{ width: 0 }, "width × height must be from 1 to 16000000, not 0 × 1"],
    [{ width: 16_000, height: 1_001 }, "not 16000 × 1001"],
    [{ filter: 4 }, "filter must be 0 (nearest), 1 (bilinear), 2 (area) or 3 (Lanczos), not 4"],
    [{ filter: -1 }, "not -1"],
  ])("refuses %j", (changes, sentence) => {
    const request = { image: solid(1, 1, [0]), width: 1, height: 1, filter: 0, ...changes };
    const { code, message } = kernel.refusal("resize", request);
    expect(code).toBe(Code.INVALID_ARGUMENT);
    expect(message).toContain(sentence);
  });
});

describe("premultiply", () => {
  it("multiplies colours with alpha, to the nearest byte", () => {
    // Every colour with every alpha.
    const data = Uint8Array.from({ length: 65_536 * 4 }, (_, i) => (i % 4 === 3 ? i >> 10 : (i >> 2) & 255));
    const { data: product } = filtered("premultiply", { image: { width: 256, height: 256, data } });
    for (let i = 0; i < data.length; i += 4) {
      const alpha = data[i + 3] ?? NaN;
      const expected = Math.round(((data[i] ?? NaN) * alpha) / 255);
      if (product[i] !== expected || product[i + 2] !== expected || product[i + 3] !== alpha) {
        expect({ i, pixel: product.slice(i, i + 4) }).toEqual({ i, expected });
      }
    }
  });

  it("is undone by unpremultiply as far as bytes allow", () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const there = filtered("premultiply", { image });
        const back = filtered("unpremultiply", { image: there });
        expect(filtered("premultiply", { image: back })).toEqual(there);
        for (let i = 0; i < image.data.length; i += 4) {
          if (image.data[i + 3] === 255)
            expect(back.data.slice(i, i + 4)).toEqual(image.data.slice(i, i + 4));
        }
      }),
      { seed: testSeed, numRuns: 100 },
    );
  });
});

describe("unpremultiply", () => {
  it("divides colours by alpha, at most to 255, and gives 0 where nothing is to be seen", () => {
    const data = Uint8Array.of(10, 100, 200, 100, 1, 2, 3, 0, 7, 8, 9, 255, 1, 0, 2, 2);
    const { data: quotient } = filtered("unpremultiply", { image: { width: 4, height: 1, data } });
    expect([...quotient]).toEqual([26, 255, 255, 100, 0, 0, 0, 0, 7, 8, 9, 255, 128, 0, 255, 2]);
  });
});

/** The place that stands for one outside. */
function inside(place: number, length: number, edge: number): number {
  if (edge === 0) return Math.max(0, Math.min(length - 1, place));
  let turned = place;
  while (turned < 0 || turned >= length) turned = turned < 0 ? -1 - turned : 2 * length - 1 - turned;
  return turned;
}

function gauss(sigma: number): { radius: number; weight: (distance: number) => number } {
  const radius = Math.ceil(3 * sigma);
  let sum = 0;
  const curve = (distance: number) => Math.exp(-((distance / sigma) ** 2) / 2);
  for (let i = -radius; i <= radius; i++) sum += curve(i);
  return { radius, weight: (distance) => curve(distance) / sum };
}

/** Every pixel by the double sum. */
function plainBlur({ width, height, data }: Image, sigma: number, edge: number): number[] {
  const { radius, weight } = gauss(sigma);
  return Array.from(data, (_, index) => {
    const x = (index >> 2) % width;
    const y = Math.floor((index >> 2) / width);
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const pixel = inside(y + dy, height, edge) * width + inside(x + dx, width, edge);
        sum += weight(dx) * weight(dy) * (data[pixel * 4 + (index & 3)] ?? NaN);
      }
    }
    return sum;
  });
}

/** The same for large images: across, then down, in doubles. */
function separateBlur({ width, height, data }: Image, sigma: number, edge: number): number[] {
  const { radius, weight } = gauss(sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => weight(i - radius));
  const pass = (from: ArrayLike<number>, step: number, length: number): number[] =>
    Array.from({ length: width * height * 4 }, (_, index) => {
      const place = Math.floor(index / (step * 4)) % length;
      let sum = 0;
      for (const [i, share] of weights.entries()) {
        const other = index + (inside(place + i - radius, length, edge) - place) * step * 4;
        sum += share * (from[other] ?? NaN);
      }
      return sum;
    });
  return pass(pass(data, 1, width), width, height);
}

function plainSobel({ width, height, data }: Image): number[] {
  const light = (x: number, y: number): number => {
    const at = (inside(y, height, 0) * width + inside(x, width, 0)) * 4;
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    return Math.floor((77 * red + 150 * green + 29 * blue + 128) / 256);
  };
  return Array.from(data, (_, index) => {
    if (index % 4 === 3) return 255;
    const x = (index >> 2) % width;
    const y = Math.floor((index >> 2) / width);
    let gx = 0;
    let gy = 0;
    for (const i of [-1, 0, 1]) {
      gx += (2 - Math.abs(i)) * (light(x + 1, y + i) - light(x - 1, y + i));
      gy += (2 - Math.abs(i)) * (light(x + i, y + 1) - light(x + i, y - 1));
    }
    return Math.min(255, Math.hypot(gx, gy));
  });
}

/** An image whose new pixels are sums of old ones by weights for each axis. */
function byWeights(
  { width, height, data }: Image,
  newWidth: number,
  newHeight: number,
  weights: (from: number, to: number, place: number) => number[],
): number[] {
  const columns = Array.from({ length: newWidth }, (_, x) => weights(width, newWidth, x));
  const rows = Array.from({ length: newHeight }, (_, y) => weights(height, newHeight, y));
  return rows.flatMap((row) =>
    columns.flatMap((column) =>
      [0, 1, 2, 3].map((channel) => {
        let sum = 0;
        for (const [y, down] of row.entries()) {
          for (const [x, across] of column.entries()) {
            sum += down * across * (data[(y * width + x) * 4 + channel] ?? NaN);
          }
        }
        return sum;
      }),
    ),
  );
}

function plainNearest(image: Image, width: number, height: number): number[] {
  return byWeights(image, width, height, (from, to, place) => {
    const chosen = Math.floor(((2 * place + 1) * from) / (2 * to));
    return Array.from({ length: from }, (_, i) => (i === chosen ? 1 : 0));
  });
}

function plainBilinear(image: Image, width: number, height: number): number[] {
  return byWeights(image, width, height, (from, to, place) => {
    const at = ((place + 0.5) * from) / to - 0.5;
    const left = Math.floor(at);
    const weights = Array.from({ length: from }, () => 0);
    weights[inside(left, from, 0)] = 1 - (at - left);
    const right = inside(left + 1, from, 0);
    weights[right] = (weights[right] ?? 0) + (at - left);
    return weights;
  });
}

function plainArea(image: Image, width: number, height: number): number[] {
  return byWeights(image, width, height, (from, to, place) => {
    const start = (place * from) / to;
    const end = ((place + 1) * from) / to;
    return Array.from(
      { length: from },
      (_, i) => Math.max(0, Math.min(end, i + 1) - Math.max(start, i)) / (end - start),
    );
  });
}

function plainLanczos(image: Image, width: number, height: number): number[] {
  const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  return byWeights(image, width, height, (from, to, place) => {
    const stretch = Math.max(1, from / to);
    const weights = Array.from({ length: from }, (_, i) => {
      const x = (i + 0.5 - ((place + 0.5) * from) / to) / stretch;
      return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
}

/** Bytes without a pattern, always the same. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

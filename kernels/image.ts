/**
 * Images of RGBA bytes: blur, edges, new sizes. Channels are worked on one by one and alpha like the others, in floats,
 * and results are rounded to the nearest byte once. Where an image is transparent in places, its colours should be
 * premultiplied first, or those of transparent pixels shine through: `premultiply`, the filter, `unpremultiply`.
 *
 * Rows that a result still needs are kept as floats: a wide blur of a picture whose rows are very long may take more
 * memory than a call has, and ends with RESOURCE_EXHAUSTED.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 805306368, "memoryInitialBytes": 4194304 } */
import { Code, fail } from "heddle";
import { divide, multiply } from "./image/alpha";
import { blur, gaussWeights } from "./image/blur";
import { checkEdge, checkImage, checkSize, Edge, Image } from "./image/picture";
import { resizeByNearest, resizeByWeights } from "./image/resize";
import { steepness } from "./image/sobel";
import { Filter } from "./image/taps";

/**
 * Gaussian blur.
 * @param image 1 to 16 million pixels
 * @param sigma standard deviation in pixels, 0 (no change) to 100; pixels up to 3 sigma away, rounded up, take part
 * @param edge what lies beyond the edge of the image
 * @returns the blurred image, of the same size
 */
export function gaussianBlur(image: Image, sigma: f64, edge: Edge): Image {
  checkImage(image);
  checkEdge(edge);
  if (!(sigma >= 0 && sigma <= 100)) {
    fail(Code.INVALID_ARGUMENT, "sigma must be from 0 to 100, not " + sigma.toString());
  }
  const radius = <i32>ceil(3 * sigma);
  if (radius > 0) blur(image, gaussWeights(sigma, radius), edge);
  return image;
}

/**
 * Edges by Sobel's operator: the length of the gradient of brightness, at most 255. Brightness is
 * (77 red + 150 green + 29 blue) / 256; beyond the edge of the image it is that of the pixel at the edge.
 * @param image 1 to 16 million pixels
 * @returns an image of the same size in shades of grey, white where the edges are, alpha 255
 */
export function sobel(image: Image): Image {
  checkImage(image);
  steepness(image);
  return image;
}

/**
 * Gives an image another size.
 * @param image 1 to 16 million pixels
 * @param width new width in pixels
 * @param height new height in pixels; width × height is at most 16 million
 * @param filter how a new pixel is made of old ones
 * @returns the image in the new size
 */
export function resize(image: Image, width: u32, height: u32, filter: Filter): Image {
  checkImage(image);
  checkSize(width, height);
  if (filter < Filter.Nearest || filter > Filter.Lanczos) {
    const said = "filter must be 0 (nearest), 1 (bilinear), 2 (area) or 3 (Lanczos), not ";
    fail(Code.INVALID_ARGUMENT, said + (<i32>filter).toString());
  }
  if (width == image.width && height == image.height) return image;
  const result = new Image();
  result.width = width;
  result.height = height;
  result.data = new StaticArray<u8>(width * height * 4);
  if (filter == Filter.Nearest) resizeByNearest(image, result);
  else resizeByWeights(image, result, filter);
  return result;
}

/**
 * Multiplies colours with their alpha, so that filters can mix them.
 * @param image 1 to 16 million pixels
 * @returns red, green and blue times alpha / 255, to the nearest; alpha as it was
 */
export function premultiply(image: Image): Image {
  checkImage(image);
  multiply(changetype<usize>(image.data), image.width * image.height);
  return image;
}

/**
 * Undoes `premultiply`, as far as bytes allow.
 * @param image 1 to 16 million pixels
 * @returns red, green and blue times 255 / alpha, at most 255; 0 where alpha is 0; alpha as it was
 */
export function unpremultiply(image: Image): Image {
  checkImage(image);
  divide(changetype<usize>(image.data), image.width * image.height);
  return image;
}

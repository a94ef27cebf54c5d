/** Images as callers send them, checked. */
import { Code, fail } from "heddle";

/** An image: 4 bytes for each pixel (red, green, blue, alpha), row after row from the top, without gaps. */
export class Image {
  /** Pixels in a row. */
  width: u32 = 0;
  /** Rows. */
  height: u32 = 0;
  /** width × height × 4 bytes. */
  data: StaticArray<u8> = [];
}

/** Most pixels of an image: 61 MiB. */
const PIXELS_MAX: u64 = 16000000;

/** Ends the call unless an image has 1 to 16 million pixels and as many bytes as its size says. */
export function checkImage(image: Image): void {
  checkSize(image.width, image.height);
  const size = image.width * image.height * 4;
  if (<u32>image.data.length != size) {
    const said = "data must have width × height × 4 = " + size.toString() + " bytes, not ";
    fail(Code.INVALID_ARGUMENT, said + image.data.length.toString());
  }
}

/** Ends the call unless a size is one an image may have. */
export function checkSize(width: u32, height: u32): void {
  const pixels = <u64>width * <u64>height;
  if (pixels >= 1 && pixels <= PIXELS_MAX) return;
  const said =
    "width × height must be from 1 to 16000000, not " + width.toString() + " × " + height.toString();
  fail(Code.INVALID_ARGUMENT, said);
}

/** What lies beyond the edge of an image. */
export enum Edge {
  /** The pixel at the edge, again and again. */
  Clamp = 0,
  /** The image in a mirror that stands at its edge: c b a | a b c. */
  Mirror = 1,
}

/** Ends the call unless an edge is one of those. */
export function checkEdge(edge: Edge): void {
  if (edge == Edge.Clamp || edge == Edge.Mirror) return;
  fail(Code.INVALID_ARGUMENT, "edge must be 0 (clamp) or 1 (mirror), not " + (<i32>edge).toString());
}

/** The place inside 0 … size - 1 that stands for one that may lie outside. */
export function inside(place: i32, size: i32, edge: Edge): i32 {
  if (edge == Edge.Clamp) return max(0, min(size - 1, place));
  let turned = place % (2 * size);
  if (turned < 0) turned += 2 * size;
  return turned < size ? turned : 2 * size - 1 - turned;
}

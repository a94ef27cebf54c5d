/** Points and centroids as callers send them: rows of coordinates, checked once. */
import { check, Code, fail } from "heddle";

/** Most coordinates of a point. */
const DIMENSIONS_MAX: u32 = 4096;
/** Most centroids. */
export const CENTROIDS_MAX: i32 = 65536;

/** How many rows of so many coordinates an array holds; ends the call when it holds no whole number of them. */
export function rowsOf(name: string, values: StaticArray<f64>, dimensions: u32): i32 {
  if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
    fail(Code.INVALID_ARGUMENT, "dimensions must be from 1 to 4096, not " + dimensions.toString());
  }
  const rows = <i32>(<u32>values.length / dimensions);
  if (<u32>values.length % dimensions != 0) {
    const said = " must have a multiple of dimensions (" + dimensions.toString() + ") numbers, not ";
    fail(Code.INVALID_ARGUMENT, name + said + values.length.toString());
  }
  return rows;
}

/** Ends the call unless there are 1 to 65536 finite centroids. */
export function checkCentroids(centroids: StaticArray<f64>, dimensions: u32): i32 {
  const rows = rowsOf("centroids", centroids, dimensions);
  if (rows < 1 || rows > CENTROIDS_MAX) {
    fail(Code.INVALID_ARGUMENT, "centroids must be from 1 to 65536, not " + rows.toString());
  }
  checkFinite("centroid", centroids, dimensions);
  return rows;
}

/** Ends the call when a coordinate is not finite. */
export function checkFinite(name: string, values: StaticArray<f64>, dimensions: i32): void {
  for (let i = 0; i < values.length; i++) {
    const value = unchecked(values[i]);
    if (abs(value) < Infinity) continue;
    const said = name + " " + (i / dimensions).toString() + " has the coordinate " + value.toString();
    fail(Code.INVALID_ARGUMENT, said + "; coordinates must be finite");
  }
}

/** Ends the call because of a point that is not near any centroid: it is no number, or too far away for one. */
export function badPoint(points: StaticArray<f64>, dimensions: i32, row: i32): void {
  checkFinite("point", points, dimensions);
  check(
    false,
    "point " + row.toString() + " is too far from every centroid: the square of the distance overflows",
  );
}

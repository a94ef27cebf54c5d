/**
 * Bytes in several pieces that count as one run. What a large payload is read from a socket as stays as it is on its
 * way: it is cut, kept and written piece by piece, and put together where somebody wants it in one piece, which is in
 * the memory of a worker or in a caller's value, and nowhere before.
 */
import { copyRange } from "./copy-range.ts";

/** Bytes, in one piece or in several. */
export type Bytes = Uint8Array | Rope;

/** Pieces one after the other. Nobody writes to them. */
export class Rope {
  readonly pieces: readonly Uint8Array[];
  readonly length: number;

  /** `length` is that of all pieces together. */
  constructor(pieces: readonly Uint8Array[], length: number) {
    this.pieces = pieces;
    this.length = length;
  }

  /** The bytes [start, end), which are shared with this one. */
  subarray(start: number, end: number = this.length): Bytes {
    if (start === 0 && end >= this.length) return this;
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const piece of this.pieces) {
      if (at >= end) break;
      if (at + piece.length > start) parts.push(piece.subarray(Math.max(0, start - at), end - at));
      at += piece.length;
    }
    return ropeOf(parts);
  }
}

/** One run of bytes after the other, without a copy. */
export function ropeOf(runs: readonly Bytes[]): Bytes {
  const [only] = runs;
  if (only !== undefined && runs.length === 1) return only;
  const pieces = runs.flatMap((run) => (run instanceof Rope ? run.pieces : run));
  return new Rope(
    pieces,
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
}

/** The pieces that the bytes are in. */
export function piecesOf(bytes: Bytes): readonly Uint8Array[] {
  return bytes instanceof Rope ? bytes.pieces : [bytes];
}

/** The bytes in one piece: as they are if they are that, else a copy. */
export function inOnePiece(bytes: Bytes): Uint8Array {
  if (!(bytes instanceof Rope)) return bytes;
  const joined = Buffer.allocUnsafeSlow(bytes.length);
  copyPieces(bytes, joined, 0);
  return joined;
}

/** Copies all of the bytes, which must fit. */
export function copyPieces(bytes: Bytes, target: Uint8Array, at: number): void {
  let next = at;
  for (const piece of piecesOf(bytes)) {
    copyRange(target, next, piece, 0, piece.length);
    next += piece.length;
  }
}

/** From so many bytes on, clearing memory takes longer than making a Buffer, whose memory is not cleared. */
const uncleanMinBytes = 16 * 1024;

/** A copy of a part of the bytes; memory of a large one is not cleared before it is written. */
export function copyOfPart(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (end - start < uncleanMinBytes) return bytes.slice(start, end);
  const copy = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
  copyRange(copy, 0, bytes, start, end);
  return copy;
}

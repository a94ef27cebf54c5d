/**
 * The memory of a kernel: a bump arena that never frees, since the host puts the whole instance back after a call.
 *
 * It takes the place of the runtime of AssemblyScript (`__new`, `__renew` and the rest), whose layout of objects it
 * keeps: five words before each object, of which the size and the class matter. The word for the garbage collector is
 * free; `writer.ts` keeps encoded sizes in it.
 *
 * The one word of state lies in memory and not in a global: what the host has to restore is then memory alone.
 */
import { AL_MASK, BLOCK, BLOCK_MAXSIZE, BLOCK_OVERHEAD, OBJECT, OBJECT_MAXSIZE, OBJECT_OVERHEAD, TOTAL_OVERHEAD } from "rt/common";
import { copiedBlock, viewOver } from "./container";
import { outOfMemory } from "./host";

/** Address of the word that counts the bytes in use; zero in a new instance. */
const USED: usize = memory.data(16);

/** Start of the first block: such that what follows its header is aligned to 16 bytes. */
// @ts-ignore: decorator
@inline
function firstBlock(): usize {
  return ((__heap_base + BLOCK_OVERHEAD + AL_MASK) & ~AL_MASK) - BLOCK_OVERHEAD;
}

// @ts-ignore: decorator
@inline
function payloadSize(size: usize): usize {
  return ((size + BLOCK_OVERHEAD + AL_MASK) & ~AL_MASK) - BLOCK_OVERHEAD;
}

/** Makes the arena end at an address, growing memory when it must: to the double, or else by what is needed. */
// @ts-ignore: decorator
@inline
function endAt(end: usize): void {
  if (end > <usize>memory.size() << 16) grow(end);
  store<usize>(USED, end - firstBlock());
}

function grow(end: usize): void {
  const pages = memory.size();
  const needed = <i32>((end - (<usize>pages << 16) + 0xffff) >>> 16);
  if (memory.grow(max(pages, needed)) < 0 && memory.grow(needed) < 0) outOfMemory();
}

// @ts-ignore: decorator
@inline
function allocate(size: usize): usize {
  if (size > BLOCK_MAXSIZE) outOfMemory();
  const block = firstBlock() + load<usize>(USED);
  const payload = payloadSize(size);
  endAt(block + BLOCK_OVERHEAD + payload);
  changetype<BLOCK>(block).mmInfo = payload;
  return block + BLOCK_OVERHEAD;
}

// @ts-ignore: decorator
@global
export function __alloc(size: usize): usize {
  return allocate(size);
}

// @ts-ignore: decorator
@global
export function __realloc(pointer: usize, size: usize): usize {
  if (size > BLOCK_MAXSIZE) outOfMemory();
  const block = changetype<BLOCK>(pointer - BLOCK_OVERHEAD);
  const actual = block.mmInfo;
  const payload = payloadSize(size);
  if (pointer + actual == firstBlock() + load<usize>(USED)) {
    endAt(pointer + payload);
    block.mmInfo = payload;
    return pointer;
  }
  if (size <= actual) return pointer;
  const moved = __alloc(max(size, min(actual << 1, BLOCK_MAXSIZE)));
  memory.copy(moved, pointer, actual);
  return moved;
}

// @ts-ignore: decorator
@global
export function __free(pointer: usize): void {}

// @ts-ignore: decorator
@global
export function __new(size: usize, id: u32): usize {
  if (size > OBJECT_MAXSIZE) outOfMemory();
  const pointer = allocate(OBJECT_OVERHEAD + size);
  const object = changetype<OBJECT>(pointer - BLOCK_OVERHEAD);
  object.rtId = id;
  object.rtSize = <u32>size;
  return pointer + OBJECT_OVERHEAD;
}

// @ts-ignore: decorator
@global
export function __renew(oldPointer: usize, size: usize): usize {
  if (size > OBJECT_MAXSIZE) outOfMemory();
  const pointer = __realloc(oldPointer - OBJECT_OVERHEAD, OBJECT_OVERHEAD + size);
  changetype<OBJECT>(pointer - BLOCK_OVERHEAD).rtSize = <u32>size;
  return pointer + OBJECT_OVERHEAD;
}

// @ts-ignore: decorator
@global
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}

// @ts-ignore: decorator
@global
export function __pin(pointer: usize): usize {
  return pointer;
}

// @ts-ignore: decorator
@global
export function __unpin(pointer: usize): void {}

// @ts-ignore: decorator
@global
function __visit(pointer: usize, cookie: u32): void {}

// @ts-ignore: decorator
@global
export function __collect(): void {}

/**
 * Two words: up to where the request is taken by objects that lie in it, and its end. A long run of elements in the
 * request becomes an object where it lies: what stands before it has been read, and makes room for the two words of an
 * object's header that matter. So it is neither copied nor does it take memory twice.
 */
const TAKEN: usize = memory.data(8);
/** Bytes before the elements that the header takes. */
const HEADER: usize = 8;
/** Shorter runs are copied, to where they are aligned. */
const TAKEN_MIN: u32 = 256;

/** Gives the host room for a request; it belongs to the call. */
export function heddle_alloc(size: i32): usize {
  const start = __alloc(16 + <usize>size);
  store<usize>(TAKEN, start);
  store<usize>(TAKEN, start + 16 + <usize>size, 4);
  return start + 16;
}

/** A StaticArray or ArrayBuffer of the elements that lie in the request, or of a copy of them. */
export function blockOf<T>(from: usize, size: u32): T {
  const isFree = from >= load<usize>(TAKEN) + HEADER && from + size <= load<usize>(TAKEN, 4);
  if (size < TAKEN_MIN || !isFree) return copiedBlock<T>(from, size);
  store<usize>(TAKEN, from + size);
  changetype<OBJECT>(from - TOTAL_OVERHEAD).rtId = idof<T>();
  changetype<OBJECT>(from - TOTAL_OVERHEAD).rtSize = size;
  return changetype<T>(from);
}

/** A typed array over the same. */
export function viewOf<T>(from: usize, size: u32, length: i32): T {
  return viewOver<T>(changetype<usize>(blockOf<ArrayBuffer>(from, size)), size, length);
}

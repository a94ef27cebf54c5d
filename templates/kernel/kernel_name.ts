/** The kernel kernel_name: what this file exports can be called. */

import { check, log } from "heddle";

/** What a text consists of. */
export class Count {
  /** Characters, as UTF-16 code units. */
  characters: i32 = 0;
  /** Words, parted by spaces. */
  words: i32 = 0;
}

/**
 * Greets somebody.
 * @param name whom
 * @param times how many exclamation marks
 * @returns the greeting
 */
export function greet(name: string, times: i32): string {
  check(times >= 0 && times <= 100, "times must be from 0 to 100");
  log.info("greeting " + name);
  return "Hello, " + name + "!".repeat(times);
}

/**
 * Counts characters and words.
 * @param text the text
 * @returns both numbers
 */
export function count(text: string): Count {
  const result = new Count();
  result.characters = text.length;
  let inWord = false;
  for (let i = 0; i < text.length; ++i) {
    const isSpace = text.charCodeAt(i) == 0x20;
    if (!isSpace && !inWord) ++result.words;
    inWord = !isSpace;
  }
  return result;
}

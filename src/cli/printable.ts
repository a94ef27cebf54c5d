/**
 * Characters that move the cursor, change colours or the direction of writing, or end a line in their own way; the
 * joiner of emojis is harmless.
 */
const unprintable = /(?![\n\t\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A foreign text as a terminal may show it: control characters as `\u{1b}`, further lines indented under the first, so
 * that no kernel can pass its text off as something else.
 */
export function printable(text: string, indent = "    "): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/\n$/, "")
    .replace(unprintable, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll("\n", `\n${indent}`);
}

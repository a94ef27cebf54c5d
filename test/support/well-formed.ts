/**
 * A strict reader of the XML that programs write: elements, attributes, texts, the five entities; nothing else. One
 * `expect` per document and not per element, since those take longer than the reading.
 */
import { expect } from "vitest";

const token = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[A-Za-z][\w:-]*="[^"<>]*")*)\s*(\/?)>|([^<>]+)/y;
const badReference = /&(?!(?:amp|lt|gt|quot|apos|#39);)/;
const badCharacter = /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]|\p{Cs}/u;

/** An element as far as tests look at it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** All elements of a document in order. Fails the test when it is not well-formed. */
export function expectWellFormed(document: string): XmlElement[] {
  expect(document).not.toMatch(badReference);
  expect(document).not.toMatch(badCharacter);
  const elements: XmlElement[] = [];
  const open: string[] = [];
  let at = 0;
  for (token.lastIndex = 0; at < document.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(document);
    if (found === null) expect.fail(`no XML at ${at}: ${document.slice(at, at + 80)}`);
    const [, closing, name = "", attributes = "", empty, content] = found;
    if (content !== undefined) {
      if (open.length === 0 && content.trim() !== "") expect.fail(`text outside the root: ${content}`);
    } else if (closing === "/") {
      if (open.pop() !== name) expect.fail(`</${name}> ends another element`);
    } else {
      if (open.length === 0 && elements.length > 0) expect.fail(`<${name}> is a second root`);
      elements.push({ name, attributes: attributesOf(attributes) });
      if (empty === "") open.push(name);
    }
  }
  expect(open).toEqual([]);
  expect(elements.length).toBeGreaterThan(0);
  return elements;
}

function attributesOf(written: string): Map<string, string> {
  const pairs = [...written.matchAll(/([A-Za-z][\w:-]*)="([^"]*)"/g)];
  const attributes = new Map(pairs.map(([, name = "", value = ""]) => [name, value]));
  if (attributes.size !== pairs.length) expect.fail(`an attribute stands twice in${written}`);
  return attributes;
}

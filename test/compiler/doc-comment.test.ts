import { describe, expect, it } from "vitest";
import { DocComments, parseDocComment, type RawComment } from "../../src/compiler/doc-comment.ts";

/** The comments of a source, as the tokenizer reports them. */
function commentsOf(source: string): RawComment[] {
  return [...source.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
  }));
}

function docsOf(source: string): DocComments {
  return new DocComments(source, commentsOf(source));
}

describe("parseDocComment", () => {
  it("takes text and tags apart, on one line", () => {
    const { text, params, returns, field } = parseDocComment(
      "/** Product. @param a m×k @param b k×n @returns m×n @field 3 */",
    );
    expect(text).toBe("Product.");
    expect([...params]).toEqual([
      ["a", "m×k"],
      ["b", "k×n"],
    ]);
    expect(returns).toBe("m×n");
    expect(field).toBe("3");
  });

  it("keeps lines, drops the stars and leaves other tags in the text", () => {
    const { text, params } = parseDocComment(
      "/**\n * First.\n *\n * - a * b @see mail@param.example\n * @param x - one\n *   two\n */",
    );
    expect(text).toBe("First.\n\n- a * b @see mail@param.example");
    expect(params.get("x")).toBe("one\n  two");
  });
});

describe("DocComments", () => {
  it("gives a declaration the nearest doc comment before it, past other comments", () => {
    const source = "import x;\n/** far */\n/** near */ // between\n/* and */ export class A {}\n/** later */";
    expect(docsOf(source).at(source.indexOf("export")).text).toBe("near");
    expect(docsOf(source).at(0).text).toBe("");
  });

  it("takes the first comment for the file's when a declaration does not follow at once", () => {
    expect(docsOf("/** Head. */\n\nexport class A {}").head()).toBe("Head.");
    expect(docsOf("/** Head. */\nimport a;").head()).toBe("Head.");
    expect(docsOf("/** Head. */\n/** A. */\nexport class A {}").head()).toBe("Head.");
    expect(docsOf("/** A. */\nexport class A {}").head()).toBe("");
    expect(docsOf("let a; /** A. */\n\nexport class A {}").head()).toBe("");
  });
});

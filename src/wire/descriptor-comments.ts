import { limits } from "../base/limits.ts";
import type { ElementReader } from "./element-reader.ts";

/** Comments by the path of their element, its field numbers and indices joined by commas: `4,0,2,1`. */
export type Comments = ReadonlyMap<string, string>;

/** Longest path of anything that can be declared: a value of an enum in the deepest message. */
const pathMax = 2 * limits.nestingMax + 4;

/**
 * Reads the comments of the file that `reader` stands on, and leaves it there: a writer may put `SourceCodeInfo`
 * before or after the elements it speaks of. Where there is no leading comment the trailing one is taken.
 */
export function readComments(reader: ElementReader): Comments {
  const comments = new Map<string, string>();
  reader.peek(() =>
    reader.each((field) => {
      if (field !== 9) return;
      reader.nested(() =>
        reader.each((inner) => {
          if (inner === 1) readLocation(reader, comments);
        }),
      );
    }),
  );
  return comments;
}

function readLocation(reader: ElementReader, comments: Map<string, string>): void {
  const path: number[] = [];
  let leading = "";
  let trailing = "";
  reader.nested(() =>
    reader.each((field) => {
      if (field === 1) reader.integers(path, pathMax + 1);
      else if (field === 3) leading = reader.longText();
      else if (field === 4) trailing = reader.longText();
    }),
  );
  const comment = tidy(leading === "" ? trailing : leading);
  if (comment !== "" && path.length <= pathMax) comments.set(path.join(","), comment);
}

/** Takes away the space after `//` and blank space at both ends. */
function tidy(comment: string): string {
  const lines = comment.split("\n").map((line) => (line.startsWith(" ") ? line.slice(1) : line).trimEnd());
  const first = lines.findIndex((line) => line !== "");
  const last = lines.findLastIndex((line) => line !== "");
  return first < 0 ? "" : lines.slice(first, last + 1).join("\n");
}

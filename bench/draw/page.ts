/**
 * What all pictures have: size, colours, letters, a title. A picture brings its own background in both colour schemes,
 * because inside an <img> it cannot know that of the page around it.
 */
import { element, text, type Markup } from "./svg.ts";

/** Letters of the picture, in pixels. */
export const fontSize = 13;
/** Bold ones need the room of larger ones. */
export const boldSize = 14.5;

const family = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif";
/** Colours of series that stay apart for most colour-blind readers, on white and on near-black. */
const light = ["#0b62c4", "#c2410c", "#15803d", "#8b3fc7", "#a16207", "#be185d", "#0e7490", "#57606a"];
const dark = ["#6cb6ff", "#fb923c", "#5fd38a", "#c99bff", "#e3b341", "#ff8ac0", "#56d4dd", "#a3adb8"];

/** How many series have a colour of their own. */
export const colourCount = light.length;

const style = [
  `text{font-family:${family};font-size:${fontSize}px;fill:#1f2328}`,
  ".title{font-size:16px;font-weight:600}",
  ".quiet{fill:#59636e}",
  // A rim in the colour of the page keeps a number readable where a line crosses it.
  ".strong{font-weight:600;paint-order:stroke;stroke:#ffffff;stroke-width:3px;stroke-linejoin:round}",
  ".page{fill:#ffffff}.grid{stroke:#d8dee4;stroke-width:1}.axis{stroke:#818b98;stroke-width:1}",
  ".reference{stroke:#1f2328;stroke-width:1.5;stroke-dasharray:5 4}",
  ".line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}",
  series(light),
  ".good{fill:#15803d}.bad{fill:#c2410c}",
  "@media (prefers-color-scheme:dark){",
  "text{fill:#e6edf3}.quiet{fill:#9aa4af}.strong{stroke:#0d1117}.page{fill:#0d1117}",
  ".grid{stroke:#2a313a}.axis{stroke:#768390}.reference{stroke:#e6edf3}",
  series(dark),
  ".good{fill:#5fd38a}.bad{fill:#fb923c}}",
].join("");

function series(colours: readonly string[]): string {
  return colours.map((colour, index) => `.s${index}{stroke:${colour}}.f${index}{fill:${colour}}`).join("");
}

/** A whole picture. */
export function page(width: number, height: number, title: string, ...content: readonly Markup[]): string {
  const svg = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    element("title", {}, text(title)),
    element("style", {}, text(style)),
    element("rect", { class: "page", width, height, rx: 6 }),
    label(24, 34, fitted(title, width - 48, 16), { class: "title" }),
    ...content,
  );
  return `${svg}\n`;
}

/** A text at a place; its left end is there unless `anchor` says otherwise. */
export function label(
  x: number,
  y: number,
  content: string,
  options: {
    readonly class?: string;
    readonly anchor?: "start" | "middle" | "end";
    readonly turn?: number;
  } = {},
): Markup {
  const attributes: Record<string, string | number> = { x, y };
  if (options.class !== undefined) attributes["class"] = options.class;
  if (options.anchor !== undefined) attributes["text-anchor"] = options.anchor;
  if (options.turn !== undefined) attributes["transform"] = `rotate(${options.turn} ${x} ${y})`;
  return element("text", attributes, text(content));
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, kind: string): Markup {
  return element("line", { x1, y1, x2, y2, class: kind });
}

/** About how wide a text is: nobody measures it before the reader's browser does. */
export function widthOf(content: string, size = fontSize): number {
  let width = 0;
  for (const character of content) width += widthOfCharacter(character);
  return width * size;
}

function widthOfCharacter(character: string): number {
  if ((character.codePointAt(0) ?? 0) > 0x2fff) return 1;
  if ("iljtfI.,:;|'! ()[]".includes(character)) return 0.36;
  return /[A-Zmw%@÷≥≤—]/.test(character) ? 0.78 : 0.61;
}

/** The text, or what of it fits with an ellipsis. */
export function fitted(content: string, room: number, size = fontSize): string {
  if (widthOf(content, size) <= room) return content;
  const characters = [...content];
  while (characters.length > 1 && widthOf(`${characters.join("")}…`, size) > room) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** SVG as text: elements whose attributes and texts are escaped, so that no name of a figure can break a picture. */

/** A piece of SVG that is well-formed already. */
export type Markup = string & { readonly markup: unique symbol };

/** An element. Texts among the children are escaped; numbers are cut to two decimals, which a screen cannot show. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (Markup | readonly Markup[])[]
): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(attribute(value))}"`);
  const inside = children.flat().join("");
  const start = `<${name}${written.join("")}`;
  return (inside === "" ? `${start}/>` : `${start}>${inside}</${name}>`) as Markup; // built from escaped parts
}

/** A text as it stands between tags. */
export function text(content: string): Markup {
  return escaped(content) as Markup; // that is what escaping is for
}

function attribute(value: string | number): string {
  return typeof value === "number" ? String(Number(value.toFixed(2))) : value;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(content: string): string {
  // XML has no place for control characters and lone surrogates, not even as entities.
  return content
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (found) => entities[found] ?? found);
}

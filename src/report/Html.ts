/**
 * Pieces of HTML and SVG that cannot be broken by the text in them.
 *
 * Owns escaping: a string among children is text, and is made visible and escaped; only what was
 * made here is markup. Every element is closed, so that a page is well-formed XML too.
 */
import { visible } from "../recording/VisibleText.ts"

/** A piece of markup. */
export interface Html {
  readonly markup: string
}

/** What may stand in an element: markup, or text. */
export type Child = Html | string

/** The value of an attribute; `undefined` leaves it out. */
export type Attribute = string | number | undefined

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** The text with nothing in it that a browser obeys. */
export const escape = (text: string): string =>
  visible(text).replaceAll(/[&<>"']/gu, (character) => entities[character] ?? character)

/** Decimals of a coordinate: more are not seen. */
const decimals = 2

const attributeText = (value: string | number): string =>
  typeof value === "string" ? escape(value) : String(Number(value.toFixed(decimals)))

const contentOf = (children: ReadonlyArray<Child>): string =>
  children.map((child) => (typeof child === "string" ? escape(child) : child.markup)).join("")

/** Elements that HTML closes by themselves. */
const isVoid = (name: string): boolean => ["meta", "br"].includes(name)

/** An element. Names are ours; values and children may be anybody's. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  ...children: ReadonlyArray<Child>
): Html => {
  const given = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? "" : ` ${key}="${attributeText(value)}"`))
    .join("")
  return {
    markup: isVoid(name)
      ? `<${name}${given}/>`
      : `<${name}${given}>${contentOf(children)}</${name}>`
  }
}

/** Several pieces one after another. */
export const join = (children: ReadonlyArray<Child>, between = ""): Html => ({
  markup: children.map((child) => contentOf([child])).join(between)
})

/** A style sheet of our own; nothing in it is escaped. */
export const styleSheet = (css: string): Html => ({ markup: `<style>${css}</style>` })

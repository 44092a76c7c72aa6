/**
 * A page of the documentation: its fenced blocks, its links, and writing a block anew.
 *
 * What a block is follows from its info string: a language, then what it is about. How blocks are
 * produced and compared is for the tests.
 */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The folder of the repository, with a slash at the end. */
export const root = fileURLToPath(new URL("../../", import.meta.url))

/** A fenced block. `ts src/shop.ts` has the language `ts` and is about `src/shop.ts`. */
export interface Block {
  readonly language: string
  readonly about: string
  /** What is between the fences; empty or ending in a newline. */
  readonly text: string
  /** The line of the opening fence, from 1. */
  readonly line: number
}

/** A page. `path` is relative to the repository. */
export interface Page {
  readonly path: string
  readonly text: string
  readonly blocks: ReadonlyArray<Block>
  /** Where its links lead, outside of blocks. */
  readonly links: ReadonlyArray<string>
}

const fenced = /^```(\S*)[ ]?(.*)\n((?:(?!```).*\n)*)^```$/gmu

const blocksOf = (text: string): ReadonlyArray<Block> =>
  [...text.matchAll(fenced)].map(({ index, 1: language = "", 2: about = "", 3: inner = "" }) => ({
    language,
    about,
    text: inner,
    line: text.slice(0, index).split("\n").length
  }))

/** A page from its text. */
export const make = (path: string, text: string): Page => ({
  path,
  text,
  blocks: blocksOf(text),
  links: [...text.replaceAll(fenced, "").matchAll(/\]\(([^)\s]+)\)/gu)].map(({ 1: to = "" }) => to)
})

/** Reads a page of the repository. */
export const read = (path: string): Page => make(path, readFileSync(`${root}${path}`, "utf8"))

/** The paths of all pages: those at the top, and all of `docs/`. */
export const paths = (): ReadonlyArray<string> => {
  const below = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
  const all = [...readdirSync(root), ...below.map((path) => `docs/${path.replaceAll("\\", "/")}`)]
  return all.filter((path) => path.endsWith(".md")).toSorted()
}

/** The page with other text in some of its blocks. */
export const rewrite = (page: Page, texts: ReadonlyMap<Block, string>): string => {
  let at = -1
  return page.text.replaceAll(fenced, (whole, language: string, about: string) => {
    at += 1
    const block = page.blocks[at]
    const text = block === undefined ? undefined : texts.get(block)
    const info = about === "" ? language : `${language} ${about}`
    return text === undefined ? whole : `\`\`\`${info}\n${text}\`\`\``
  })
}

/**
 * The files of this repository as the tidy rules see them: text, lines and syntax tree.
 *
 * Owns finding and parsing files. What is allowed, and why, is data in `tidy.test.ts`; how a rule
 * looks for what it forbids is in `Findings.ts`.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join, posix, sep } from "node:path"
import { parseAst } from "vitest/node"

/** A node of the tree, after the ESTree specification with its TypeScript extension. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** A node with the nodes around it, nearest last. */
export interface Placed {
  readonly node: SyntaxNode
  readonly ancestors: ReadonlyArray<SyntaxNode>
}

/** One file. `path` is relative to the repository, with `/`. Prose has no nodes. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly lines: ReadonlyArray<string>
  readonly placed: ReadonlyArray<Placed>
}

/** What is read; everything else is built, fetched, binary or written by a machine. */
const foldersRead = ["src", "tui", "systems", "simulations", "test", "bench", "docs", ".ci"]
const pathsRead = /\.(tsx?|md|json|yml)$|^\.ci\/run$|^\.npmrc$|^\.gitattributes$/u
const pathsSkipped = /^package-lock\.json$/u

/** Tells nodes from the other values a node holds. */
export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

const place = (
  node: SyntaxNode,
  ancestors: ReadonlyArray<SyntaxNode>,
  into: Array<Placed>
): void => {
  into.push({ node, ancestors })
  const inner = [...ancestors, node]
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) place(child, inner, into)
    }
  }
}

const parse = (path: string, text: string): ReadonlyArray<Placed> => {
  const placed: Array<Placed> = []
  try {
    const program: unknown = parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" })
    if (isNode(program)) place(program, [], placed)
  } catch (cause) {
    throw new Error(`${path} does not parse`, { cause })
  }
  return placed
}

/** Reads a file given as text: the repository's own, and the examples of the rules. */
export const make = (path: string, text: string): Source => ({
  path,
  text,
  lines: text.split("\n"),
  placed: /\.tsx?$/u.test(path) ? parse(path, text) : []
})

/** Every file of the repository that a person writes, in the order of their paths. */
export const all = (root: string): ReadonlyArray<Source> => {
  const top = readdirSync(root)
  const inner = foldersRead
    .filter((folder) => top.includes(folder))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
        posix.join(folder, path.split(sep).join("/"))
      )
    )
  return [...top, ...inner]
    .filter((path) => pathsRead.test(path) && !pathsSkipped.test(path))
    .sort()
    .map((path) => make(path, readFileSync(join(root, path), "utf8")))
}

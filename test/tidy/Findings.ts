/**
 * How the tidy rules find what they forbid: small searches over one file's text or tree.
 *
 * Owns no rule: which names, files and numbers are allowed is data in `tidy.test.ts`.
 */
import { posix } from "node:path"
import { isNode, type Placed, type Source, type SyntaxNode } from "./Source.ts"

/** Something a rule forbids, and where in the text it begins. */
export interface Finding {
  readonly offset: number
  readonly what: string
}

/** An import of any form: static, dynamic, of a type, or a re-export. */
export interface Import {
  readonly offset: number
  readonly specifier: string
  /** The path it leads to, without an ending of its own; packages keep their name. */
  readonly target: string
  readonly isDynamic: boolean
}

const stringOf = (value: unknown): string | undefined => {
  if (!isNode(value)) return undefined
  if (value.type === "TSLiteralType") return stringOf(value["literal"])
  return typeof value["value"] === "string" ? value["value"] : undefined
}

const nameOf = (value: unknown): string | undefined => {
  if (!isNode(value)) return undefined
  if (typeof value["name"] === "string") return value["name"]
  return stringOf(value)
}

const nodesOf = (source: Source, ...types: ReadonlyArray<string>): ReadonlyArray<Placed> =>
  source.placed.filter(({ node }) => types.includes(node.type))

const lineOf = (source: Source, offset: number): number =>
  source.text.slice(0, offset).split("\n").length

/** `path:line what`, as an editor opens it. */
export const format = (source: Source, finding: Finding): string =>
  `${source.path}:${lineOf(source, finding.offset)} ${finding.what}`

/** Everything a file imports. */
export const imports = (source: Source): ReadonlyArray<Import> =>
  nodesOf(
    source,
    "ImportDeclaration",
    "ExportNamedDeclaration",
    "ExportAllDeclaration",
    "ImportExpression",
    "TSImportType"
  ).flatMap(({ node }) => {
    const specifier = stringOf(node["source"] ?? node["argument"])
    if (specifier === undefined) return []
    const target = specifier.startsWith(".")
      ? posix.join(posix.dirname(source.path), specifier)
      : specifier
    const isDynamic = node.type === "ImportExpression"
    return [{ offset: node.start, specifier, target, isDynamic }]
  })

const isBinding = ({ node, ancestors }: Placed): boolean => {
  const parent = ancestors.at(-1)
  if (parent === undefined || node.type !== "Identifier") return false
  switch (parent.type) {
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return parent["local"] === node
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      if (parent["id"] === node) return true
      break
    case "Property":
      return ancestors.at(-2)?.type === "ObjectPattern" && parent["value"] === node
    case "AssignmentPattern":
      return parent["left"] === node
    case "ArrayPattern":
    case "RestElement":
    case "CatchClause":
      return true
  }
  return Array.isArray(parent["params"]) && parent["params"].includes(node)
}

/** Names the file itself gives to something: variables, parameters, functions, types, members. */
export const declared = (source: Source): ReadonlyArray<{ offset: number; name: string }> => {
  const members = nodesOf(source, "TSPropertySignature", "TSMethodSignature", "PropertyDefinition")
  return [
    ...source.placed.filter(isBinding).map(({ node }) => node),
    ...members.map(({ node }) => node["key"])
  ].flatMap((node) => {
    const name = nameOf(node)
    return isNode(node) && name !== undefined ? [{ offset: node.start, name }] : []
  })
}

/** Uses of a global or of a member of one, written `name` or `name.member`, called or not. */
export const globals = (
  source: Source,
  forbidden: ReadonlyArray<string>
): ReadonlyArray<Finding> => {
  const own = new Set(declared(source).map(({ name }) => name))
  return source.placed.flatMap(({ node, ancestors }): ReadonlyArray<Finding> => {
    const parent = ancestors.at(-1)
    if (node.type === "MemberExpression") {
      const object = nameOf(node["object"])
      const member = nameOf(node["property"])
      const path = object === "globalThis" ? `${member}` : `${object}.${member}`
      return forbidden.includes(path) ? [{ offset: node.start, what: path }] : []
    }
    if (node.type !== "Identifier" || parent?.["callee"] !== node) return []
    const name = nameOf(node) ?? ""
    const path = parent.type === "NewExpression" ? `new ${name}` : `${name}()`
    return forbidden.includes(path) && !own.has(name) ? [{ offset: node.start, what: path }] : []
  })
}

/** Any member of these objects, unless the file declares a name like it for itself. */
export const members = (source: Source, objects: ReadonlyArray<string>): ReadonlyArray<Finding> => {
  const own = new Set(declared(source).map(({ name }) => name))
  return nodesOf(source, "MemberExpression").flatMap(({ node }) => {
    const object = nameOf(node["object"]) ?? ""
    if (!objects.includes(object) || own.has(object)) return []
    return [{ offset: node.start, what: `${object}.${nameOf(node["property"])}` }]
  })
}

/** Members of anything, written as the pattern says: `Effect.runSync`. */
export const accesses = (source: Source, pattern: RegExp): ReadonlyArray<Finding> =>
  nodesOf(source, "MemberExpression")
    .map(({ node }) => ({ offset: node.start, what: source.text.slice(node.start, node.end) }))
    .filter(({ what }) => pattern.test(what))

/** Matches of a pattern in the text, comments included; `what` defaults to what matched. */
export const matches = (source: Source, pattern: RegExp): ReadonlyArray<Finding> =>
  Array.from(source.text.matchAll(pattern), (match) => ({ offset: match.index, what: match[0] }))

const isComment = (line: string): boolean => /^\s*(\/\/|\/?\*)/u.test(line)

/** Functions with more lines of their own than allowed. */
export const longFunctions = (source: Source, linesMax: number): ReadonlyArray<Finding> => {
  const isFunction = (node: SyntaxNode): boolean =>
    /Function(Expression|Declaration)$/u.test(node.type)
  const spans = source.placed
    .filter(({ node }) => isFunction(node))
    .map(({ node }) => ({
      node,
      from: lineOf(source, node.start),
      to: lineOf(source, node.end)
    }))
  return spans.flatMap(({ node, from, to }) => {
    const inner = spans.filter((span) => span.node.start > node.start && span.node.end <= node.end)
    let lines = 0
    for (let line = from; line <= to; line += 1) {
      const text = source.lines[line - 1] ?? ""
      if (text.trim() === "" || isComment(text)) continue
      // The first line of an inner function names it, so it belongs to the outer one.
      if (!inner.some((span) => span.from < line && line <= span.to)) lines += 1
    }
    return lines > linesMax ? [{ offset: node.start, what: `a function of ${lines} lines` }] : []
  })
}

/** Lines wider than allowed, but for text in backquotes: frames and snapshots are what they are. */
export const wideLines = (source: Source, columnsMax: number): ReadonlyArray<Finding> => {
  const quoted = nodesOf(source, "TemplateLiteral").map(({ node }) => node)
  let offset = 0
  const found: Array<Finding> = []
  for (const line of source.lines) {
    const end = offset + line.length
    const from = offset
    const isQuoted = quoted.some((node) => node.start < end && node.end > from + columnsMax)
    if (line.length > columnsMax && !isQuoted) {
      found.push({ offset, what: `${line.length} columns` })
    }
    offset = end + 1
  }
  return found
}

/** Exports without a docblock of their own. One is enough for a type and a value of one name. */
export const bareExports = (source: Source): ReadonlyArray<Finding> => {
  const seen = new Set<string>()
  return nodesOf(source, "ExportNamedDeclaration", "ExportDefaultDeclaration").flatMap(
    ({ node }) => {
      const declaration = node["declaration"]
      const declarators = isNode(declaration) ? declaration["declarations"] : undefined
      const first: unknown = Array.isArray(declarators) ? declarators[0] : declaration
      const name = (isNode(first) ? nameOf(first["id"]) : undefined) ?? "what it exports"
      const hasDocblock = /\*\/\s*$/u.test(source.text.slice(0, node.start))
      if (hasDocblock) seen.add(name)
      return hasDocblock || seen.has(name) ? [] : [{ offset: node.start, what: name }]
    }
  )
}

/** Files whose first words are not a docblock. */
export const bareModules = (source: Source): ReadonlyArray<Finding> =>
  /^(#!.*\n)?\/\*\*/u.test(source.text) ? [] : [{ offset: 0, what: "no opening docblock" }]

/** `export *` without a name, and files that only pass on what others export. */
export const barrels = (source: Source): ReadonlyArray<Finding> => {
  const program = source.placed[0]?.node
  const body = program !== undefined && Array.isArray(program["body"]) ? program["body"] : []
  const isPassing = (node: unknown): boolean =>
    isNode(node) && /^Export(All|Named)Declaration$/u.test(node.type) && isNode(node["source"])
  const isOnlyPassing =
    body.some(isPassing) &&
    body.every((node) => isPassing(node) || (isNode(node) && node.type === "ImportDeclaration"))
  const stars = nodesOf(source, "ExportAllDeclaration").filter(({ node }) => !node["exported"])
  return [
    ...stars.map(({ node }) => ({ offset: node.start, what: "export *" })),
    ...(isOnlyPassing ? [{ offset: 0, what: "only re-exports" }] : [])
  ]
}

/**
 * Casts with no comment that says why they are sound: in the lines just before, or at the head of
 * the statement. A cast to `unknown` or `const` claims nothing.
 */
export const bareCasts = (source: Source, linesMax: number): ReadonlyArray<Finding> =>
  nodesOf(source, "TSAsExpression").flatMap(({ node, ancestors }) => {
    const type = node["typeAnnotation"]
    if (!isNode(type) || type.type === "TSUnknownKeyword") return []
    if (nameOf(type["typeName"]) === "const") return []
    const statement = ancestors.findLast(({ type }) => /(Declaration|Statement)$/u.test(type))
    const last = lineOf(source, type.start)
    const head = lineOf(source, statement?.start ?? node.start) - 2
    const near = source.lines.slice(Math.max(0, Math.min(head, last - 1 - linesMax)), last)
    const isExplained = near.some((text) => isComment(text) || /\s\/\/ /u.test(text))
    const what = `as ${source.text.slice(type.start, type.end)}`
    return isExplained ? [] : [{ offset: type.start, what }]
  })

/** Classes that extend nothing, or something that was not made for being extended. */
export const bareClasses = (source: Source): ReadonlyArray<Finding> =>
  nodesOf(source, "ClassDeclaration", "ClassExpression")
    .filter(
      ({ node }) => !isNode(node["superClass"]) || node["superClass"].type !== "CallExpression"
    )
    .map(({ node }) => ({ offset: node.start, what: `class ${nameOf(node["id"]) ?? ""}` }))

/** Tests that run alone, and tests switched off with no `Off: reason` in the line above. */
export const focusedTests = (source: Source): ReadonlyArray<Finding> =>
  nodesOf(source, "MemberExpression").flatMap(({ node }) => {
    const member = nameOf(node["property"]) ?? ""
    const root = /^(it|test|describe)\b/u.test(source.text.slice(node.start, node.end))
    if (!root || !["only", "skip", "skipIf", "runIf", "todo", "fails"].includes(member)) return []
    const above = source.lines[lineOf(source, node.start) - 2] ?? ""
    const hasReason = member !== "only" && /\/\/ Off: \S/u.test(above)
    return hasReason ? [] : [{ offset: node.start, what: `.${member}` }]
  })

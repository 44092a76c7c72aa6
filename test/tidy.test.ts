/**
 * The house rules a machine can check. Each rule is data: why, where, what it allows after all and
 * why, and an example it must catch. How a rule searches is in `tidy/Findings.ts`.
 */
import { homedir } from "node:os"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as Findings from "./tidy/Findings.ts"
import * as Source from "./tidy/Source.ts"

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A place a rule does not apply to, and why. */
interface Edge {
  readonly path: RegExp
  readonly reason: string
}

interface Rule {
  readonly name: string
  readonly reason: string
  readonly where: RegExp
  readonly find: (source: Source.Source) => ReadonlyArray<Findings.Finding>
  readonly edges: ReadonlyArray<Edge>
  /** A file the rule must object to, as [path, text]. */
  readonly caught: readonly [string, string]
}

/** Every text, and every file the compiler reads. */
const text = /./u
const code = /\.tsx?$/u
const product = /^(src|tui)\/.*\.tsx?$/u
const shown = /^(src|tui|systems|simulations|bench)\/.*\.tsx?$/u

const linesMax = 500
const functionLinesMax = 70
const columnsMax = 100
/** How far above a cast the comment may be that says why it is sound. */
const castCommentLinesMax = 8

/** A folder of `src/` imports itself and those before it. */
const folders = [
  "system",
  "turbulence",
  "recording",
  "property",
  "kernel",
  "world",
  "fakes",
  "flight",
  "stress",
  "report",
  "cli"
]

/** Which packages are imported where. What is not listed is imported nowhere. */
const packages: ReadonlyArray<{ name: RegExp; where: RegExp; reason: string }> = [
  { name: /^effect(\/|$)/u, where: text, reason: "services, tools and tests are Effect code" },
  { name: /^fast-check$/u, where: text, reason: "workloads and laws are arbitraries" },
  { name: /^downforce$/u, where: /^(systems|simulations|test)\//u, reason: "as users import it" },
  {
    name: /^(node:|@effect\/platform-node(\/|$))/u,
    where: /^(src\/cli|test|bench)\/|^vitest\.config\.ts$/u,
    reason: "the command and what runs it meet the machine; the rest is deterministic"
  },
  {
    name: /^node:(zlib|buffer)$/u,
    where: /^src\/recording\//u,
    reason: "a recording is compressed text: pure functions of its bytes"
  },
  {
    name: /^node:(v8|async_hooks)$/u,
    where: /^src\/kernel\//u,
    reason: "only the engine can tell whether a promise was made since the last drain"
  },
  {
    name: /^node:/u,
    where:
      /^src\/kernel\/(Guards|Virtual(Timers|Crypto|Subtle|Process)|RealInput|AsyncLeaks)\.ts$/u,
    reason: "the guards stand in for what these modules give to users' code"
  },
  {
    name: /^node:(fs|process)$/u,
    where: /^src\/kernel\/Promises\.ts$/u,
    reason: "a thread that promises never give back can only say so and end"
  },
  {
    name: /^(openai|jose|p-queue|p-retry|lru-cache)$/u,
    where: /^test\/packages\//u,
    reason: "packages of users, flown as they are"
  },
  {
    name: /^node:timers$/u,
    where: /^src\/flight\/Thread\.ts$/u,
    reason: "lets the thread go, so that microtasks run"
  },
  {
    name: /^node:worker_threads$/u,
    where: /^src\/flight\//u,
    reason: "a batch spreads over threads; what they find does not depend on how many"
  },
  { name: /^tsx(\/|$)/u, where: /^src\/(cli|flight)\//u, reason: "loads users' TypeScript files" },
  {
    name: /^(react|ink)(\/|$)/u,
    where: /^(tui|test\/tui)\//u,
    reason: "half a second of start-up, and no business of the simulator's"
  },
  {
    name: /^string-width$/u,
    where: /^(tui|test\/tui)\//u,
    reason: "the columns a text takes on a terminal"
  },
  {
    name: /^(@effect\/)?vitest(\/|$)/u,
    where: /^test\/|^vitest\.config\.ts$/u,
    reason: "the test runner"
  }
]

/** Names nobody may give to a file, a folder or a thing, and the name to give instead. */
const bannedFileNames: Readonly<Record<string, string>> = {
  utils: "the concept it is about",
  util: "the concept it is about",
  helpers: "the concept it is about",
  helper: "the concept it is about",
  common: "the concept it is about",
  shared: "the concept it is about",
  misc: "one file for each concept",
  types: "the file of what has the type",
  constants: "the file of what is limited",
  manager: "what it does with them"
}
const bannedNames: Readonly<Record<string, string>> = {
  arr: "what the items are",
  cb: "what it is called for",
  cfg: "config",
  ctx: "context",
  cur: "current",
  curr: "current",
  evt: "event",
  idx: "index",
  impl: "what it implements",
  msg: "message",
  obj: "what it is",
  opts: "options",
  prev: "previous",
  req: "request",
  res: "response",
  str: "text",
  tmp: "what it holds for now",
  val: "value"
}
const bannedWords: Readonly<Record<string, string>> = {
  TODO: "an issue",
  FIXME: "an issue",
  XXX: "an issue",
  HACK: "a sentence that says why it has to be so"
}

const wallClock = [
  "Date.now",
  "new Date",
  "Date()",
  "performance.now",
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "setTimeout()",
  "setInterval()",
  "setImmediate()"
]

const machinePaths = [`${root}/`, `${homedir()}/`, "/home/", "/Users/", "/root/"].filter(
  (path) => path.split("/").length > 2
)

const escaped = (words: ReadonlyArray<string>): string =>
  words.map((word) => word.replaceAll(/[/.\\]/gu, "\\$&")).join("|")

const folderOf = (path: string): string => /^src\/([^/]+)\//u.exec(path)?.[1] ?? ""

const isWithin = (path: string, ...tops: ReadonlyArray<string>): boolean =>
  tops.some((top) => path.startsWith(`${top}/`))

/** What the layout says about an import of a file. */
const isAllowedFile = (from: string, to: Findings.Import): boolean => {
  if (isWithin(from, "test", "bench") || !from.includes("/")) return true
  if (isWithin(from, "systems", "simulations")) return isWithin(to.target, "systems", "simulations")
  if (isWithin(from, "tui")) {
    return isWithin(to.target, "tui", "src") && folderOf(to.target) !== "cli"
  }
  if (from === "src/index.ts") {
    return isWithin(to.target, "src") && folderOf(to.target) !== "cli"
  }
  if (folderOf(from) === "cli" && isWithin(to.target, "tui")) return to.isDynamic
  const rank = folders.indexOf(folderOf(to.target))
  return rank >= 0 && rank <= folders.indexOf(folderOf(from))
}

const isAllowedPackage = (from: string, name: string): boolean =>
  (!isWithin(from, "systems", "simulations") ||
    /^(downforce|effect|fast-check)(\/|$)/u.test(name)) &&
  packages.some((rule) => rule.name.test(name) && rule.where.test(from))

const badImports = (source: Source.Source): ReadonlyArray<Findings.Finding> =>
  Findings.imports(source)
    .filter((found) =>
      found.specifier.startsWith(".")
        ? !isAllowedFile(source.path, found)
        : !isAllowedPackage(source.path, found.specifier)
    )
    .map(({ offset, specifier }) => ({ offset, what: specifier }))

const badFileNames = (source: Source.Source): ReadonlyArray<Findings.Finding> =>
  source.path
    .split("/")
    .map((part) => part.replace(/\..*$/u, "").toLowerCase())
    .filter((name) => Object.hasOwn(bannedFileNames, name))
    .map((name) => ({ offset: 0, what: `${name}: name it after ${bannedFileNames[name]}` }))

const badNames = (source: Source.Source): ReadonlyArray<Findings.Finding> =>
  Findings.declared(source)
    .filter(({ name }) => Object.hasOwn(bannedNames, name))
    .map(({ offset, name }) => ({ offset, what: `${name}: say ${bannedNames[name]}` }))

const rules: ReadonlyArray<Rule> = [
  {
    name: "imports only what the layout allows",
    reason: "a folder is a concept and stands on those before it; users' code sees the front door",
    where: code,
    find: badImports,
    edges: [],
    caught: ["src/property/Verdict.ts", 'import type { Kernel } from "../kernel/Kernel.ts"']
  },
  {
    name: "has no barrel but the front door",
    reason: "one list of what is public, written by hand",
    where: code,
    find: Findings.barrels,
    edges: [
      { path: /^src\/index\.ts$/u, reason: "the front door" },
      {
        path: /^src\/property\/(Always|Eventually|Sometimes)\.ts$/u,
        reason: "gives one export the namespace users write: `Always.make`"
      }
    ],
    caught: ["src/world/World.ts", 'export * from "./Network.ts"']
  },
  {
    name: "opens with a docblock",
    reason: "a reader learns first what a module owns and what it does not",
    where: shown,
    find: Findings.bareModules,
    edges: [],
    caught: ["src/kernel/Task.ts", "// a task\nconst task = 1"]
  },
  {
    name: "says what each export is",
    reason: "the docblock is what an editor shows",
    where: product,
    find: Findings.bareExports,
    edges: [{ path: /^src\/index\.ts$/u, reason: "they are said where they are declared" }],
    caught: ["src/kernel/Task.ts", "/** A module. */\nconst a = 1\nexport const task = a"]
  },
  {
    name: `has at most ${linesMax} lines`,
    reason: "over 300, split by role: decide, record, render",
    where: code,
    find: ({ lines }) =>
      lines.length > linesMax + 1 ? [{ offset: 0, what: `${lines.length - 1} lines` }] : [],
    edges: [],
    caught: ["src/kernel/Kernel.ts", "\n".repeat(linesMax + 1)]
  },
  {
    name: `has functions of at most ${functionLinesMax} lines of their own`,
    reason: "one screen; a factory's closures are counted by themselves, comments are not",
    where: shown,
    find: (source) => Findings.longFunctions(source, functionLinesMax),
    edges: [],
    caught: ["src/a.ts", `const f = () => {\n${"f()\n".repeat(functionLinesMax)}}`]
  },
  {
    name: `has lines of at most ${columnsMax} columns`,
    reason: "two files fit side by side",
    where: code,
    find: (source) => Findings.wideLines(source, columnsMax),
    edges: [],
    caught: ["src/a.ts", `// ${"wide ".repeat(columnsMax / 5)}`]
  },
  {
    name: "runs every test, and none alone",
    reason: "a test switched off without a reason is forgotten; `// Off: reason` goes above it",
    where: /^test\/.*\.test\.tsx?$/u,
    find: Findings.focusedTests,
    edges: [],
    caught: ["test/a.test.ts", 'describe("a", () => {\n  it.skip("b", () => {})\n})']
  },
  {
    name: "reads no wall clock, draws nothing unkeyed, sets no timer",
    reason: "the same seed flies the same way, and no test waits",
    where: /^(src|tui|systems|simulations|test)\//u,
    find: (source) => Findings.globals(source, wallClock),
    edges: [
      { path: /^tui\/openReplay\.ts$/u, reason: "a person watches: playing and drawing" },
      { path: /^src\/cli\/WallClock\.ts$/u, reason: "budgets, progress, the seed drawn once" },
      {
        path: /^test\/kernel\/Guards\w*\.test\.ts$/u,
        reason: "calls the globals to see whether they are virtual"
      },
      {
        path: /^test\/flight\/Promises\.test\.ts$/u,
        reason: "services of plain JavaScript, in flight"
      },
      {
        path: /^test\/determinism\/port\.ts$/u,
        reason: "a service of plain JavaScript, in flight"
      },
      { path: /^src\/flight\/Thread\.ts$/u, reason: "waits for work off the thread" },
      { path: /^test\/cli\/fixtures\/leaky\//u, reason: "what `doctor` has to find" },
      { path: /^test\/zoo\//u, reason: "animals do what no service should" },
      { path: /^test\/packages\//u, reason: "services in flight, as they are in production" },
      {
        path: /^systems\/sessions\/session\.ts$/u,
        reason: "secrets, as in production: in a flight they are the node's own chance"
      }
    ],
    caught: ["src/kernel/Kernel.ts", "const now = (x: number) => x + Date.now()"]
  },
  {
    name: "meets the process and the console only at the edges",
    reason: "everything else works in a thread, a test and a browser alike",
    where: /^(src|tui|systems|simulations)\//u,
    find: (source) => Findings.members(source, ["process", "console"]),
    edges: [
      { path: /^src\/cli\//u, reason: "the edge: arguments, streams, exit codes" },
      {
        path: /^tui\/openReplay\.ts$/u,
        reason: "takes the terminal, and gives it back at a signal"
      }
    ],
    caught: ["src/report/Failure.ts", 'console.log("failed")']
  },
  {
    name: "runs effects only at the edges",
    reason: "an effect that is run in the middle escapes the scheduler, the clock and the scope",
    where: /^(src|tui|systems|simulations)\//u,
    find: (source) => Findings.accesses(source, /^Effect\.run\w+$/u),
    edges: [
      { path: /^src\/cli\//u, reason: "the command" },
      { path: /^src\/kernel\//u, reason: "the kernel's own loop" },
      { path: /^src\/world\//u, reason: "starts the fibers of nodes on the kernel's dispatcher" },
      { path: /^src\/flight\/Running\.ts$/u, reason: "starts the fibers of clients likewise" }
    ],
    caught: ["src/property/Always.ts", "Effect.runSync(effect)"]
  },
  {
    name: "says why a cast is sound",
    reason: "the compiler believes a cast, so a reader must be able to check it",
    where: shown,
    find: (source) => Findings.bareCasts(source, castCommentLinesMax),
    edges: [],
    caught: ["src/a.ts", "const a = JSON.parse(text) as string"]
  },
  {
    name: "has classes only where Effect wants one",
    reason: "variants are data and records of functions; classes are errors, keys and schemas",
    where: product,
    find: Findings.bareClasses,
    edges: [],
    caught: ["src/a.ts", "class Machine { run() {} }"]
  },
  {
    name: "names files after concepts",
    reason: "a drawer for everything is where nothing is found",
    where: text,
    find: badFileNames,
    edges: [],
    caught: ["src/kernel/utils.ts", ""]
  },
  {
    name: "writes names out",
    reason: "one word per idea, and whole words",
    where: code,
    find: badNames,
    edges: [],
    caught: ["src/a.ts", "const f = (ctx: string) => ctx"]
  },
  {
    name: "leaves no work in comments",
    reason: "an issue has an owner and an end; a comment has neither",
    where: text,
    find: (source) =>
      Findings.matches(source, new RegExp(`\\b(${Object.keys(bannedWords).join("|")})\\b`, "gu")),
    edges: [{ path: /^test\/tidy\.test\.ts$/u, reason: "lists the words" }],
    caught: ["docs/a.md", "FIXME"]
  },
  {
    name: "names no path of anybody's machine",
    reason: "what is committed works everywhere",
    where: text,
    find: (source) => Findings.matches(source, new RegExp(escaped(machinePaths), "gu")),
    edges: [
      { path: /^test\/tidy\.test\.ts$/u, reason: "lists the paths" },
      { path: /^test\/flight\/WindTunnel\.test\.ts$/u, reason: "made-up stack traces" }
    ],
    caught: ["docs/a.md", "see /home/somebody/notes"]
  }
]

const findingsOf = (rule: Rule, source: Source.Source): ReadonlyArray<string> =>
  rule.where.test(source.path) && !rule.edges.some(({ path }) => path.test(source.path))
    ? rule.find(source).map((finding) => Findings.format(source, finding))
    : []

describe("the repository", () => {
  const sources = Source.all(root)

  it.each(rules)("$name", (rule) => {
    const found = sources.flatMap((source) => findingsOf(rule, source))
    expect(found, rule.reason).toEqual([])
  })

  it("reads every folder of the layout", () => {
    const tops = new Set(sources.map(({ path }) => path.split("/")[0]))
    expect([...tops]).toEqual(expect.arrayContaining(["src", "test", "docs", "package.json"]))
  })
})

describe("a rule", () => {
  it.each(rules)("catches its example ($name)", (rule) => {
    const [path, example] = rule.caught
    expect(findingsOf(rule, Source.make(path, example))).not.toEqual([])
  })
})

/**
 * The documentation is true: every block of code compiles, and everything quoted is what comes out.
 *
 * After a change of what the tour prints, `UPDATE_GOLDEN=1 npx vitest run test/docs` writes it into
 * the README anew; read the difference, and the prose around it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import * as downforce from "downforce"
import * as Consumer from "../package/Consumer.ts"
import * as Page from "./Page.ts"
import * as Tour from "./Tour.ts"

const readmeLinesMax = 200
const tourLinesMax = 60
/** It takes some ten seconds where nothing else runs. */
const tourMillisMax = 180_000

const pages = Page.paths().map(Page.read)
const readme = Page.read("README.md")
const manifest = JSON.parse(readFileSync(`${Page.root}package.json`, "utf8"))

const linesOf = (text: string): number => text.split("\n").length - 1
/** What differs by more than wall times, so that writing anew changes nothing else. */
const stale = (produced: ReadonlyMap<Page.Block, string>): ReadonlyMap<Page.Block, string> =>
  new Map(
    [...produced].filter(
      ([block, text]) => Tour.withoutWallTimes(block.text) !== Tour.withoutWallTimes(text)
    )
  )
const isQuoted = (block: Page.Block): boolean => block.language === "console" || Tour.isStill(block)
const named = (blocks: ReadonlyArray<Page.Block>) =>
  blocks.map((block) => ({ name: `line ${block.line}: ${block.language} ${block.about}`, block }))

/** The pages whose blocks are followed, in the order in which they are read. */
const tour = [Page.read("README.md"), Page.read("docs/TOUR.md")]

const isTour = ({ path }: Pick<Page.Page, "path">): boolean =>
  tour.some((page) => page.path === path)

describe("the tour", () => {
  const blocks = tour.flatMap((page) => page.blocks)
  const quoted = blocks.filter(isQuoted)
  let consumer: Consumer.Consumer
  let produced: ReadonlyMap<Page.Block, string>

  beforeAll(async () => {
    consumer = await Consumer.make((name) => name === "downforce")
    produced = await Tour.follow(consumer, blocks)
    if (process.env["UPDATE_GOLDEN"] !== undefined) {
      for (const page of tour) {
        writeFileSync(`${Page.root}${page.path}`, Page.rewrite(page, stale(produced)))
      }
    }
    return () => consumer.remove()
  }, tourMillisMax)

  it.each(named(quoted))("quotes what comes out ($name)", ({ block }) => {
    const text = produced.get(block) ?? "nothing"
    // Read again: it may have been written just now.
    const now = tour.flatMap(({ path }) => Page.read(path).blocks)[blocks.indexOf(block)]
    expect(Tour.withoutWallTimes(now?.text ?? "")).toBe(Tour.withoutWallTimes(text))
  })

  it("leads to one failure of one operation and one lost message, and out of it again", () => {
    const printed = (command: string): ReadonlyArray<string> =>
      [...produced.values()].filter((text) => text.startsWith(`$ npx downforce ${command}`))
    const [failing, fixed] = printed("fly")
    const [why] = printed("trace why")
    expect(why).toMatch(/\n.* check +no double charge.*\n\$ /u)
    expect(failing).toMatch(/needed +1 operation\n +lose ledger>shop reply\n +twin/u)
    expect(failing).toContain("1 scenario: 1 violated")
    expect(fixed).toContain("after 1 regression")
    expect(fixed).toContain("1 scenario: 1 held")
  })

  it("shows code that compiles, as all pages do", async () => {
    const followed = blocks.filter(({ language }) => language === "ts").map(({ about }) => about)
    const others = pages
      .filter((page) => !isTour(page))
      .flatMap((page) => page.blocks.filter(({ language }) => language === "ts"))
    for (const [at, { text }] of others.entries()) await consumer.write(`pages/${at}.ts`, text)
    const [first = "", ...rest] = [...new Set(followed), ...others.map((_, at) => `pages/${at}.ts`)]
    const ran = await consumer.compile(
      first,
      ...[...rest, "--allowImportingTsExtensions", "--skipLibCheck"]
    )
    expect(ran).toMatchObject({ exitCode: 0, stdout: "" })
  })

  it(`fits on a page, and its system with its scenario in ${tourLinesMax} lines`, () => {
    expect(linesOf(Page.read("README.md").text)).toBeLessThanOrEqual(readmeLinesMax)
    const written = readme.blocks.filter(({ about }) => /^(src|simulations)\//u.test(about))
    expect(written).toHaveLength(2)
    expect(linesOf(written.map(({ text }) => text).join(""))).toBeLessThanOrEqual(tourLinesMax)
  })
})

describe("the pages", () => {
  /** Blocks that the tests of their own subjects hold to be true. */
  const checkedElsewhere: ReadonlyArray<{ page: string; language: string; by: string }> = [
    { page: "docs/RECORDING.md", language: "json", by: "test/recording/Documentation.test.ts" },
    { page: "docs/ARCHITECTURE.md", language: "mermaid", by: "test/docs/Documentation.test.ts" },
    { page: "docs/COMMANDS.md", language: "json", by: "test/cli/Commands.test.ts" }
  ]

  it.each(checkedElsewhere)("are checked by a test that names them ($page)", ({ by, page }) => {
    expect(readFileSync(`${Page.root}${by}`, "utf8")).toContain(page)
  })

  it("have no block that nothing checks", () => {
    const unchecked = pages.flatMap(({ blocks, path }) =>
      blocks
        .filter(
          (block) =>
            !(isTour({ path }) && (isQuoted(block) || block.language === "diff")) &&
            !["sh", "ts"].includes(block.language) &&
            !checkedElsewhere.some((each) => each.page === path && each.language === block.language)
        )
        .map(({ language, line }) => `${path}:${line} ${language}`)
    )
    expect(unchecked).toEqual([])
  })

  it("link to files that are there", () => {
    const dead = pages.flatMap(({ links, path }) =>
      links
        .filter((to) => !/^(https?:|#)/u.test(to))
        .map((to) => normalize(join(dirname(path), to.replace(/#.*$/u, ""))))
        .filter((to) => !existsSync(`${Page.root}${to}`))
        .map((to) => `${path}: ${to}`)
    )
    expect(dead).toEqual([])
  })

  it("link to headings that are there", () => {
    const dead = pages.flatMap(({ links, path }) =>
      links.flatMap((to) => {
        const [file = "", heading] = to.split("#")
        if (heading === undefined || /^https?:/u.test(to)) return []
        const target = Page.read(file === "" ? path : normalize(join(dirname(path), file)))
        const headings = [...target.text.matchAll(/^#+ (.*)$/gmu)].map(({ 1: text = "" }) =>
          text
            .toLowerCase()
            .replaceAll(/[^\w\- ]/gu, "")
            .replaceAll(" ", "-")
        )
        return headings.includes(heading) ? [] : [`${path}: ${to}`]
      })
    )
    expect(dead).toEqual([])
  })

  it("name scripts of npm that there are, and install what the package asks for", () => {
    const commands = pages
      .filter(({ path }) => path !== "CHANGELOG.md")
      .flatMap(({ text }) => [...text.matchAll(/(?:`|^|&& )npm (?:run (?:-s )?)?(\w[\w:]*)/gmu)])
      .map(({ 1: name = "" }) => name)
    const ofNpm = ["ci", "install", "init", "ls", "pack", "pkg"]
    const known = [...ofNpm, ...Object.keys(manifest.scripts)]
    expect(new Set(commands).size).toBeGreaterThan(8)
    expect(commands.filter((name) => !known.includes(name))).toEqual([])

    const install = /npm install --save-dev (.*)/u.exec(readme.text)?.[1]?.split(" ")
    expect(install).toEqual(
      expect.arrayContaining([
        `../downforce/downforce-${manifest.version}.tgz`,
        `effect@${manifest.peerDependencies.effect}`,
        "fast-check"
      ])
    )
  })

  it("draw every folder of the source, and no other", () => {
    const picture = Page.read("docs/ARCHITECTURE.md").blocks[0]?.text ?? ""
    const drawn = [...picture.matchAll(/\["(src\/[\w.]+|tui\/)/gu)].map(({ 1: to = "" }) => to)
    const folders = readdirSync(`${Page.root}src`).map((name) => `src/${name}`)
    expect(drawn.toSorted()).toEqual([...folders, "tui/"].toSorted())
  })
})

describe("docs/API.md", () => {
  const page = Page.read("docs/API.md").text
  const index = readFileSync(`${Page.root}src/index.ts`, "utf8")

  /** What the front door gives, with the file it comes from. */
  const given = [
    ...[...index.matchAll(/^import \* as (\w+) from "\.\/(.*)"/gmu)].map(
      ({ 1: name = "", 2: file = "" }) => ({ name, file })
    ),
    ...[...index.matchAll(/^export type \{([^}]*)\} from "\.\/(.*)"/gmu)].flatMap(
      ({ 1: names = "", 2: file = "" }) =>
        names.split(",").map((name) => ({ name: name.trim(), file }))
    )
  ]

  it("reads the front door as it is", () => {
    const names = given.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(Object.keys(downforce)))
    expect(names).toEqual(expect.arrayContaining(["View", "History"]))
  })

  it.each(given)("has a line that leads to the source ($name)", ({ file, name }) => {
    const rows = page.split("\n").filter((row) => row.includes(`](../src/${file})`))
    expect(rows.filter((row) => new RegExp(`\`${name}\``, "u").test(row))).toHaveLength(1)
  })

  it("names nothing else", () => {
    const rows = [...page.matchAll(/^\| ([^|]*) \|.*\]\(/gmu)]
    const named = rows.flatMap(({ 1: names = "" }) =>
      [...names.matchAll(/`(\w+)`/gu)].map(({ 1: name = "" }) => name)
    )
    expect(named.toSorted()).toEqual(given.map(({ name }) => name).toSorted())
  })
})

/**
 * The messages of the type checker, held by running it once over `compile-errors/`.
 *
 * A comment `// expect: a | b` in a fixture says that the next line is where an error is reported
 * whose message contains each of the texts. No other line may have an error.
 */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

interface Place {
  readonly file: string
  readonly line: number
}

interface Reported extends Place {
  message: string
}

interface Expected extends Place {
  /** For the name of the test. */
  readonly what: string
  readonly texts: ReadonlyArray<string>
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = "test/system/compile-errors"

const expected: ReadonlyArray<Expected> = readdirSync(`${root}/${folder}`)
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .flatMap((file) =>
    readFileSync(`${root}/${folder}/${file}`, "utf8")
      .split("\n")
      .flatMap((text, index) => {
        const texts = /^\s*\/\/ expect: (.*)$/.exec(text)?.[1]?.split(" | ")
        return texts === undefined
          ? []
          : [
              {
                file: `${folder}/${file}`,
                line: index + 2,
                texts,
                what: `${file} ${texts.join(" ")}`
              }
            ]
      })
  )

/** Errors as the compiler prints them: a line with a place, then indented explanations. */
const compile = (): ReadonlyArray<Reported> => {
  const tsc = `${root}/node_modules/typescript/bin/tsc`
  const result = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    cwd: root,
    encoding: "utf8"
  })
  const reported: Array<Reported> = []
  for (const text of result.stdout.split("\n")) {
    const match = /^(.+?)\((\d+),\d+\): error TS\d+: (.*)$/.exec(text)
    const last = reported.at(-1)
    if (match !== null) {
      const [, file = "", line = "", message = ""] = match
      reported.push({ file, line: Number(line), message })
    } else if (last !== undefined) {
      last.message += `\n${text}`
    }
  }
  return reported
}

describe("the type checker", () => {
  const reported = compile()
  const at = (place: Place) =>
    reported.filter(({ file, line }) => file === place.file && line === place.line)

  it.each(expected)("names the culprit ($what)", (place) => {
    const messages = at(place).map(({ message }) => message)
    expect(messages).not.toEqual([])
    for (const text of place.texts) expect(messages.join("\n")).toContain(text)
  })

  it("reports nothing else, and nothing for what is right", () => {
    const surprises = reported.filter(
      (error) => !expected.some(({ file, line }) => file === error.file && line === error.line)
    )
    expect(surprises).toEqual([])
  })

  it("is asked about every kind of mistake", () => {
    expect(expected.length).toBeGreaterThanOrEqual(27)
  })
})

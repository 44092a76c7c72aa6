import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { digest } from "../../src/recording/Digest.ts"
import { Event, eventKinds } from "../../src/recording/Event.ts"
import { Header } from "../../src/recording/Header.ts"
import * as Limits from "../../src/recording/Limits.ts"
import { open } from "../../src/recording/RecordingReader.ts"

const page = readFileSync(new URL("../../docs/RECORDING.md", import.meta.url), "utf8")
const source = readFileSync(
  new URL("../../src/recording/RecordingError.ts", import.meta.url),
  "utf8"
)

describe("docs/RECORDING.md", () => {
  it("shows a recording that opens and whose digest is right", () => {
    const text = /```json\n([^`]*)```/.exec(page)?.[1] ?? ""
    const recording = Result.getOrThrow(open(gzipSync(text), "docs"))
    const events = [0, 1, 2, 3].map(recording.event)
    expect(recording.causalChain(3)).toEqual([0, 1, 2, 3])
    expect(recording.header.digest).toBe(digest(events))
  })

  it.each([
    ["event", Object.keys(Event.fields)],
    ["header", Object.keys(Header.fields)]
  ])("has a row for every key of the %s", (_, keys) => {
    for (const key of keys) expect(page).toMatch(new RegExp(`^\\| \`${key}\` `, "m"))
  })

  it("explains every kind of event and every kind of refusal", () => {
    for (const kind of eventKinds) expect(page).toMatch(new RegExp(`\\| \`${kind}\` +\\| \\w`))
    const tags = [...source.matchAll(/readonly _tag: "(\w+)"/g)].map((match) => match[1])
    expect(tags.length).toBeGreaterThan(6)
    for (const tag of tags) expect(page).toContain(`| \`${tag}\``)
  })

  it("states every limit on what a recording may be", () => {
    const { checkpointEventsMin, decodedEventsMax, ...limits } = Limits
    for (const [name, value] of Object.entries(limits)) {
      const number = String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",")
      expect(page).toMatch(new RegExp(`\\| \`${name}\` +\\| ${number} `))
    }
    expect(page).toContain(`after ${checkpointEventsMin / 1_000},000 events`)
    expect(decodedEventsMax).toBeGreaterThan(0)
  })
})

/**
 * Laws of the replay: whatever is typed, on whatever size, the screen stays whole.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Recording } from "../../src/recording/Recording.ts"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { bindings } from "../../tui/core/Keys.ts"
import { lineWidth, toAnsi, toPlain } from "../../tui/core/Line.ts"
import { frameOf } from "../../tui/core/ReplayFrame.ts"
import { initial, layout, listRows, type ReplayModel } from "../../tui/core/ReplayModel.ts"
import { topRow, windowOf } from "../../tui/core/Rows.ts"
import { isBusy, update } from "../../tui/core/Update.ts"
import { flownArbitrary, sampleFlown } from "../recording/arbitraries.ts"
import { story } from "./Story.ts"

const open = (recording: Recording, columns = 120, rows = 36, ascii = false): ReplayModel =>
  initial(recording, { columns, rows, ascii })

const press = (model: ReplayModel, ...keys: ReadonlyArray<string>): ReplayModel =>
  keys.reduce((before, key) => update(before, { _tag: "Key", key }), model)

/** All work done that waits for its turn. */
const rest = (model: ReplayModel): ReplayModel => {
  let current = model
  while (isBusy(current)) current = update(current, { _tag: "Tick" })
  return current
}

const sample = (events: number): Recording => {
  const flown = sampleFlown(events)
  return fromEvents(flown.header, flown.events)
}

/** Every key of the table, and some that mean nothing or belong to a prompt. */
const keyArbitrary = fc.oneof(
  fc.constantFrom(...bindings.flatMap((binding) => [...binding.keys])),
  fc.constantFrom("1", "2", "3", "4", "7", "0", "return", "backspace", "a", "!", "日", "x"),
  fc.constantFrom("j", "k", "w", "n", "N", "/", "z", "tab")
)

const sizeArbitrary = fc.record({
  columns: fc.integer({ min: 20, max: 200 }),
  rows: fc.integer({ min: 5, max: 60 })
})

const recordingArbitrary: fc.Arbitrary<Recording> = fc.oneof(
  flownArbitrary(40).map(({ events, header }) => fromEvents(header, events)),
  fc.constantFrom(story, sample(300), sample(0), sample(1))
)

/** What is wrong with a model and its screen. */
const faultsOf = (model: ReplayModel): ReadonlyArray<string> => {
  const { events } = model.recording.header
  const height = layout(model).listRows
  const rows = listRows(model)
  const row = rows.selected - topRow(rows, model.anchor, height)
  const frame = frameOf(model)
  const isInRange = model.selected >= 0 && model.selected < Math.max(1, events)
  return [
    ...(isInRange ? [] : [`event ${model.selected} of ${events} is selected`]),
    ...(row >= 0 && row < height ? [] : [`it is on row ${row} of ${height}`]),
    ...(windowOf(rows, model.anchor, height).length === Math.min(height, rows.count)
      ? []
      : ["there is room left in the list"]),
    ...(frame.length === model.rows - 1 ? [] : [`${frame.length} lines`]),
    ...frame.flatMap((line, index) =>
      lineWidth(line) <= model.columns ? [] : [`line ${index} has ${lineWidth(line)} columns`]
    )
  ]
}

describe("the replay", () => {
  it("opens at the violation, with what led to it in view", () => {
    const model = open(story)
    expect(model.selected).toBe(22)
    expect(frameOf(model).map(toPlain).join("\n")).toContain(">!  22")
  })

  it("keeps the selection in range and the screen whole, whatever is typed", () => {
    fc.assert(
      fc.property(
        recordingArbitrary,
        sizeArbitrary,
        fc.boolean(),
        fc.array(
          fc.oneof(
            { weight: 6, arbitrary: keyArbitrary.map((key) => ({ _tag: "Key" as const, key })) },
            {
              weight: 1,
              arbitrary: sizeArbitrary.map((size) => ({ _tag: "Resize" as const, ...size }))
            },
            { weight: 1, arbitrary: fc.constant({ _tag: "Tick" as const }) },
            { weight: 1, arbitrary: fc.constant({ _tag: "Settle" as const }) }
          ),
          { maxLength: 25 }
        ),
        (recording, { columns, rows }, ascii, inputs) => {
          let model = open(recording, columns, rows, ascii)
          expect(faultsOf(model)).toEqual([])
          for (const input of inputs) {
            model = update(model, input)
            expect(faultsOf(model)).toEqual([])
          }
        }
      ),
      { numRuns: 300 }
    )
  })

  it("writes no character that a terminal obeys, whatever a recording says", () => {
    fc.assert(
      fc.property(flownArbitrary(20), sizeArbitrary, fc.boolean(), (flown, size, ascii) => {
        const recording = fromEvents(flown.header, flown.events)
        for (const pane of ["1", "2", "3", "4"]) {
          const model = press(open(recording, size.columns, size.rows, ascii), pane)
          const text = frameOf(model).map(toPlain).join("")
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
        }
      }),
      { numRuns: 200 }
    )
  })

  it("comes back with Ctrl-o to where each jump began", () => {
    fc.assert(
      fc.property(
        fc.nat(299),
        fc.array(fc.constantFrom("w", "f", "e", "g", "G", "[", "]"), { maxLength: 12 }),
        (start, keys) => {
          const began = press(open(sample(300)), ...String(start), "g")
          const path: Array<number> = [began.selected]
          let model: ReplayModel = { ...began, jumps: [] }
          for (const key of keys) {
            const next = rest(press(model, key))
            if (next.selected !== model.selected) path.push(next.selected)
            model = next
          }
          for (const step of path.slice(0, -1).reverse()) {
            model = press(model, "ctrl-o")
            expect(model.selected).toBe(step)
          }
        }
      ),
      { numRuns: 100 }
    )
  })

  it("takes N as the way back from n, at every match but the last", () => {
    const recording = sample(300)
    fc.assert(
      fc.property(
        fc.constantFrom("ledger", "!ledger", "charge o-1", "timer"),
        fc.nat(298),
        (text, start) => {
          const filtered = rest(press(open(recording), "/", ...text, "return"))
          const here = press(filtered, ...String(start), "g", "n")
          const next = press(here, "n")
          fc.pre(next.selected !== here.selected)
          expect(next.selected).toBeGreaterThan(here.selected)
          expect(press(next, "N").selected).toBe(here.selected)
        }
      )
    )
  })

  it("takes h as the way back from l", () => {
    const recording = sample(300)
    fc.assert(
      fc.property(fc.nat(298), (start) => {
        const here = press(open(recording), ...String(start), "g")
        const next = rest(press(here, "l"))
        fc.pre(next.selected !== here.selected)
        expect(recording.event(next.selected).node).toBe(recording.event(here.selected).node)
        expect(rest(press(next, "h")).selected).toBe(here.selected)
      })
    )
  })

  it("shows exactly the matches of a filter, and the selected event", () => {
    const filtered = rest(press(open(story), "/", ..."ledger", "return"))
    const rows = listRows(filtered)
    const shown = Array.from({ length: rows.count }, (_, row) => rows.stepAt(row))
    const expected = Array.from({ length: story.header.events }, (_, step) => step).filter(
      (step) => {
        const { node, peer } = story.event(step)
        return node === "ledger" || peer === "ledger" || step === filtered.selected
      }
    )
    expect(shown).toEqual(expected)
    expect(press(filtered, "/", "return").filter).toBeUndefined()
  })

  it("finds a fault far away over several chunks, and any key stops looking", () => {
    const flown = sampleFlown(20_000)
    const calm = flown.events.map((event) => ({
      ...event,
      kind: event.kind === "fault" && event.step > 100 ? ("log" as const) : event.kind,
      deviations: []
    }))
    const recording = fromEvents(flown.header, calm)
    const looking = press(open(recording), "[")
    expect(looking.seek).toBeDefined()
    expect(rest(looking).selected).toBe(33)
    expect(press(looking, "x").seek).toBeUndefined()
    expect(press(looking, "x").selected).toBe(looking.selected)
  })

  it("keeps the selected event on its row when the size changes and there is room", () => {
    const model = press(open(sample(300)), ..."150g", "j", "j")
    const resized = update(model, { _tag: "Resize", columns: 110, rows: 40 })
    expect(resized.selected).toBe(model.selected)
    expect(resized.anchor).toBe(model.anchor)
  })
})

describe("a digit", () => {
  it("shows a pane when nothing follows", () => {
    const model = update(press(open(story), "3"), { _tag: "Settle" })
    expect(model.pane).toBe("state")
    expect(press(model, "k").selected).toBe(21)
  })

  it("is a count when a counted key follows, and leaves the pane alone", () => {
    const model = press(open(story), "3", "k")
    expect(model.pane).toBe("events")
    expect(model.selected).toBe(19)
    expect(press(open(story), "1", "2", "k").selected).toBe(10)
    expect(press(open(story), "1", "4", "g").selected).toBe(14)
  })
})

describe("w and f", () => {
  it("steps back along causes (3w)", () => {
    expect(press(open(story), "w").selected).toBe(21)
    expect(press(open(story), "w", "w").selected).toBe(20)
    expect(press(open(story), "3", "w").selected).toBe(19)
  })

  it("follows a message to its other end and back", () => {
    const sent = press(open(story), "1", "4", "g")
    expect(press(sent, "f").selected).toBe(23)
    expect(press(sent, "f", "f").selected).toBe(14)
    expect(press(open(story), "f").notice).toBe("no message to follow here")
  })
})

describe("--ascii", () => {
  it("draws nothing beyond ASCII when the recording says nothing beyond it", () => {
    for (const keys of [[], ["2", "z"], ["?"], ["4"], ["/", "a"]]) {
      for (const [columns, rows] of [
        [120, 36],
        [80, 24],
        [60, 15],
        [40, 10]
      ] as const) {
        const frame = frameOf(press(open(story, columns, rows, true), ...keys))
        expect(frame.map(toPlain).join("")).toMatch(/^[\u0020-\u007e]*$/)
      }
    }
  })
})

describe("wide characters", () => {
  it("keep the columns straight (node names in Chinese and emoji)", () => {
    const renamed = new Map([
      ["gateway", "网关"],
      ["ledger", "🏎️车"]
    ])
    const flown = sampleFlown(40)
    const name = (text: string): string => renamed.get(text) ?? text
    const recording = fromEvents(
      {
        ...flown.header,
        nodes: flown.header.nodes.map((node) => ({ ...node, name: name(node.name) }))
      },
      flown.events.map((event) => ({
        ...event,
        ...(event.node === undefined ? {} : { node: name(event.node) }),
        ...(event.peer === undefined ? {} : { peer: name(event.peer) })
      }))
    )
    const model = open(recording)
    const { leftColumns, upperRows } = layout(model)
    for (const line of frameOf(model).slice(5, 4 + upperRows)) {
      // The border between the panes is a span of its own: everything before it is one width.
      const border = line.findIndex((part) => part.text === "│")
      expect(lineWidth(line.slice(0, border))).toBe(leftColumns)
    }
  })
})

describe("styles", () => {
  it("only repeat what the text says: without them the frame is the same", () => {
    for (const line of frameOf(open(story))) {
      const bare = toAnsi(line).replace(/\u001b\[[0-9;]*m/g, "")
      expect(bare.trimEnd()).toBe(toPlain(line))
    }
  })
})

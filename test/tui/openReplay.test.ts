/**
 * The replay through Ink, on a terminal in memory: what is on the screen is the pure frame.
 */
import { describe, expect, it } from "vitest"
import type { Recording } from "../../src/recording/Recording.ts"
import { toPlain } from "../../tui/core/Line.ts"
import { frameOf } from "../../tui/core/ReplayFrame.ts"
import { initial, type Input, type ReplayModel } from "../../tui/core/ReplayModel.ts"
import { update } from "../../tui/core/Update.ts"
import { openReplay } from "../../tui/openReplay.ts"
import { openScreen, type Screen } from "./Screen.ts"
import { story } from "./Story.ts"

const open = (screen: Screen, recording: Recording = story, color = true) =>
  openReplay(recording, { ascii: false, color, terminal: screen.terminal })

const after = (
  [columns, rows]: readonly [number, number],
  ...inputs: ReadonlyArray<Input>
): ReplayModel => inputs.reduce(update, initial(story, { columns, rows, ascii: false }))

const key = (name: string): Input => ({ _tag: "Key", key: name })

/** Whether the screen shows exactly the frame of a model, and below it nothing. */
const shows =
  (model: ReplayModel) =>
  (rows: ReadonlyArray<string>): boolean =>
    rows.join("\n") === [...frameOf(model).map(toPlain), ""].join("\n")

const expectClean = (screen: Screen): void => {
  expect(screen.isAlternate()).toBe(false)
  expect(screen.isCursorShown()).toBe(true)
  expect(screen.isRaw()).toBe(false)
}

describe("the replay on a terminal", () => {
  it.each([
    [120, 36],
    [80, 24],
    [60, 15],
    [50, 12]
  ] as const)(
    "draws the frame, steps, and leaves the terminal as it was (%ix%i)",
    async (...size: readonly [number, number]) => {
      const [columns, rows] = size
      const screen = openScreen(columns, rows)
      const ended = open(screen)
      await screen.until(shows(after(size)))
      expect(screen.isAlternate()).toBe(true)
      expect(screen.isRaw()).toBe(true)
      screen.type("k")
      await screen.until(shows(after(size, key("k"))))
      screen.type("\u001b[A")
      await screen.until(shows(after(size, key("k"), key("up"))))
      screen.type("12k")
      await screen.until(shows(after(size, key("k"), key("k"), ...[..."12k"].map(key))))
      screen.type("q")
      await expect(ended).resolves.toBe("quit")
      expectClean(screen)
    }
  )

  it("takes keys that come in one burst, and a filter typed letter by letter", async () => {
    const size = [120, 36] as const
    const screen = openScreen(...size)
    const ended = open(screen)
    await screen.until(shows(after(size)))
    screen.type("/ledger\r")
    const filtered = ["/", ..."ledger", "return"].map(key)
    await screen.until(shows(after(size, ...filtered)))
    screen.type("NN\u000f")
    await screen.until(shows(after(size, ...filtered, key("N"), key("N"), key("ctrl-o"))))
    screen.type("\u0003")
    await expect(ended).resolves.toBe("quit")
    expectClean(screen)
  })

  it("draws itself anew on another size, with nothing of the old one left", async () => {
    const screen = openScreen(120, 36)
    const ended = open(screen)
    await screen.until(shows(after([120, 36])))
    let inputs: ReadonlyArray<Input> = []
    for (const [columns, rows] of [
      [80, 24],
      [60, 15],
      [200, 60],
      [50, 12],
      [120, 20],
      [120, 36]
    ] as const) {
      inputs = [...inputs, { _tag: "Resize", columns, rows }]
      screen.resize(columns, rows)
      await screen.until(shows(after([120, 36], ...inputs)))
    }
    expect(screen.rows()).toHaveLength(36)
    screen.type("q")
    await ended
    expectClean(screen)
  })

  it("writes no style at all without colour", async () => {
    const screen = openScreen(80, 24)
    const ended = open(screen, story, false)
    await screen.until(shows(after([80, 24])))
    screen.type("wq")
    await ended
    expect(screen.written()).not.toMatch(/\u001b\[[\d;]*m/)
  })

  it("gives the terminal back and the error when a view breaks (at once, later)", async () => {
    const damaged = (isBroken: () => boolean): Recording => ({
      ...story,
      changes: (step) => {
        if (isBroken()) throw new Error("event 3 is damaged")
        return story.changes(step)
      }
    })
    const first = openScreen(120, 36)
    await expect(
      open(
        first,
        damaged(() => true)
      )
    ).rejects.toThrow("event 3 is damaged")
    expectClean(first)

    let isBroken = false
    const second = openScreen(120, 36)
    const ended = open(
      second,
      damaged(() => isBroken)
    )
    await second.until(shows(after([120, 36])))
    isBroken = true
    second.type("k")
    await expect(ended).rejects.toThrow("event 3 is damaged")
    expectClean(second)
  })

  it("gives the terminal back and reports the error when a key handler breaks", async () => {
    const screen = openScreen(120, 36)
    const ended = open(screen, {
      ...story,
      otherEnd: (step) => {
        if (step === 22) throw new Error("no other end")
        return story.otherEnd(step)
      }
    })
    await screen.until(shows(after([120, 36])))
    screen.type("f")
    await expect(ended).rejects.toThrow("no other end")
    expectClean(screen)
  })

  it("gives the terminal back on a signal (SIGTERM)", async () => {
    const screen = openScreen(120, 36)
    const listening = process.listenerCount("SIGTERM")
    const ended = open(screen)
    await screen.until(shows(after([120, 36])))
    process.emit("SIGTERM", "SIGTERM")
    await expect(ended).resolves.toBe("interrupted")
    expectClean(screen)
    expect(process.listenerCount("SIGTERM")).toBe(listening)
  })

  it("checks the replay once the first frame is there", async () => {
    const screen = openScreen(120, 36)
    let shownFirst: ReadonlyArray<string> = []
    const ended = openReplay(story, {
      ascii: false,
      color: true,
      terminal: screen.terminal,
      flights: {
        verify: () => {
          shownFirst = screen.rows()
          return Promise.resolve({ _tag: "differs", step: 31, choicePoint: "client-1 › reply 1" })
        }
      }
    })
    await screen.until((rows) => rows.some((row) => row.includes("replay differs at 31")))
    expect(shownFirst[0]).toContain("no double charge")
    screen.type("q")
    await ended
  })

  it("refuses where there is no terminal", async () => {
    const screen = openScreen(80, 24)
    const { stdin, stdout } = screen.terminal
    Object.assign(stdin, { isTTY: false })
    await expect(
      openReplay(story, { ascii: false, color: true, terminal: { stdin, stdout } })
    ).rejects.toThrow("needs a terminal")
    expect(screen.written()).toBe("")
  })
})

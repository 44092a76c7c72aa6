/**
 * One table makes handlers, footer, `?` screen and docs: here they are held together.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { actionOf, bindings, keyNames, keysDocument, type KeyFlags } from "../../tui/core/Keys.ts"
import { toPlain } from "../../tui/core/Line.ts"
import { frameOf } from "../../tui/core/ReplayFrame.ts"
import { initial } from "../../tui/core/ReplayModel.ts"
import { update } from "../../tui/core/Update.ts"
import { story } from "./Story.ts"

const noFlags: KeyFlags = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  ctrl: false,
  shift: false,
  meta: false
}

describe("the table of keys", () => {
  it("is docs/KEYS.md (UPDATE: write keysDocument() there)", () => {
    const file = new URL("../../docs/KEYS.md", import.meta.url)
    expect(readFileSync(file, "utf8")).toBe(keysDocument())
  })

  it("gives each key one meaning", () => {
    const keys = bindings.flatMap((binding) => binding.keys)
    expect(new Set(keys).size).toBe(keys.length)
    expect(new Set(bindings.map((binding) => binding.action)).size).toBe(bindings.length)
    for (const { action, keys: own } of bindings) {
      for (const key of own) expect(actionOf(key)).toBe(action)
    }
  })

  it("is on the ? screen, every row of it", () => {
    const opened = initial(story, { columns: 120, rows: 100, ascii: false })
    const screen = frameOf(update(opened, { _tag: "Key", key: "?" }))
      .map(toPlain)
      .join("\n")
    for (const { does, shown } of bindings) {
      expect(screen).toContain(does)
      expect(screen).toContain(shown)
    }
  })

  it("tells the way out in the footer on every size", () => {
    for (const [columns, rows] of [
      [120, 36],
      [80, 24],
      [60, 15],
      [20, 5]
    ] as const) {
      const frame = frameOf(initial(story, { columns, rows, ascii: false }))
      expect(toPlain(frame.at(-1) ?? [])).toContain("q quit")
    }
  })
})

describe("what a terminal reports", () => {
  it("becomes the names of the table", () => {
    expect(keyNames("", { ...noFlags, downArrow: true })).toEqual(["down"])
    expect(keyNames("o", { ...noFlags, ctrl: true })).toEqual(["ctrl-o"])
    expect(keyNames("", { ...noFlags, tab: true, shift: true })).toEqual(["shift-tab"])
    expect(keyNames("G", { ...noFlags, shift: true })).toEqual(["G"])
    expect(keyNames("x", { ...noFlags, meta: true })).toEqual([])
  })

  it("is taken apart when several keys come in one burst", () => {
    expect(keyNames("12j/日\r\u000f", noFlags)).toEqual([
      "1",
      "2",
      "j",
      "/",
      "日",
      "return",
      "ctrl-o"
    ])
  })
})

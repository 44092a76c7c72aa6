/**
 * Golden frames: whole screens of the story, compared with the files in golden/.
 *
 * They are what people see: a change must be wanted, and read. To write them anew:
 * `UPDATE_GOLDEN=1 npx vitest run test/tui/Frame.golden.test.ts`, then look at the difference.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { toPlain } from "../../tui/core/Line.ts"
import { frameOf } from "../../tui/core/ReplayFrame.ts"
import { initial } from "../../tui/core/ReplayModel.ts"
import { update } from "../../tui/core/Update.ts"
import { story } from "./Story.ts"

const screens: ReadonlyArray<{
  readonly name: string
  readonly size: readonly [columns: number, rows: number]
  readonly keys: ReadonlyArray<string>
  readonly ascii?: true
}> = [
  { name: "120x36-opened", size: [120, 36], keys: [] },
  { name: "120x36-commit", size: [120, 36], keys: ["w"] },
  { name: "120x36-filtered", size: [120, 36], keys: ["/", ..."ledger", "return"] },
  { name: "120x36-ascii", size: [120, 36], keys: ["["], ascii: true },
  { name: "120x36-keys", size: [120, 36], keys: ["?"] },
  { name: "120x36-lanes-zoomed", size: [120, 36], keys: ["2", "z"] },
  { name: "80x24-opened", size: [80, 24], keys: [] },
  { name: "80x24-lanes", size: [80, 24], keys: ["tab"] },
  { name: "80x24-state", size: [80, 24], keys: ["w", "3", "d"] },
  { name: "80x24-why", size: [80, 24], keys: ["4"] },
  { name: "60x15-opened", size: [60, 15], keys: [] },
  { name: "60x15-why", size: [60, 15], keys: ["[", "4"] },
  { name: "50x12-opened", size: [50, 12], keys: [] }
]

describe("the screen of the story", () => {
  it.each(screens)("is as drawn ($name)", ({ ascii, keys, name, size: [columns, rows] }) => {
    const opened = update(initial(story, { columns, rows, ascii: ascii ?? false }), {
      _tag: "Checked",
      check: { _tag: "exact" }
    })
    const pressed = keys.reduce((model, key) => update(model, { _tag: "Key", key }), opened)
    const model = update(pressed, { _tag: "Settle" })
    const frame = `${frameOf(model).map(toPlain).join("\n")}\n`
    const file = fileURLToPath(new URL(`golden/${name}.txt`, import.meta.url))
    if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(file, frame)
    expect(frame).toBe(readFileSync(file, "utf8"))
  })
})

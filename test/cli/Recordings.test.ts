/** Which saved regressions no scenario flies any more. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { orphansOf } from "../../src/cli/Recordings.ts"

describe("saved regressions", () => {
  let root = ""
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "downforce-"))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const save = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), "{}")
  }

  it("are orphans when no scenario has their id, in whatever folder", () => {
    save("regressions/shop/no-double-charge-5eed41c7.json")
    save("regressions/shop/renamed-00000001.json")
    save("regressions/deep/er/gone-00000002.json")
    save("regressions/shop/broken/twin-00000003.json")
    expect(orphansOf(root, ["shop/no-double-charge"])).toEqual([
      "regressions/deep/er/gone-00000002.json",
      "regressions/shop/renamed-00000001.json"
    ])
  })

  it("are none where nothing was saved", () => {
    expect(orphansOf(root, [])).toEqual([])
  })
})

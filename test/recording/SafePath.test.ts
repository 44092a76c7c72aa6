import { posix, win32 } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isSafePath, pathProblem } from "../../src/recording/SafePath.ts"

describe("isSafePath", () => {
  it.each(["a", "systems/checkout/gateway.ts:84", "a..b/c.ts", "./a", "ä/ö.ts:1:2", ".hidden"])(
    "accepts %j",
    (path) => {
      expect(pathProblem(path)).toBeUndefined()
    }
  )

  it.each([
    ["", "is empty"],
    ["/etc/passwd", "is absolute"],
    ["..", "leaves the folder"],
    ["a/../../b", "leaves the folder"],
    ["a\\b", "contains a backslash"],
    ["C:/windows", "names a drive"],
    ["c:x", "names a drive"],
    ["~/.ssh/id", "starts in a home folder"],
    ["a\u0000b", "contains a control character"],
    ["file://host/a", "is an address"],
    ["a".repeat(1_025), "is longer than 1024 characters"]
  ])("refuses %j because it %s", (path, problem) => {
    expect(pathProblem(path)).toBe(problem)
  })

  it("stays inside the folder on every platform when it says so", () => {
    const path = fc
      .array(fc.constantFrom("..", ".", "/", "\\", "a", "C:", ":", "~", "\u0000"))
      .map((parts) => parts.join(""))
    fc.assert(
      fc.property(path, (text) => {
        fc.pre(isSafePath(text))
        expect(posix.resolve("/top/folder", text)).toMatch(/^\/top\/folder(\/|$)/)
        expect(win32.resolve("D:\\top\\folder", text)).toMatch(/^D:\\top\\folder(\\|$)/)
      }),
      { numRuns: 2_000 }
    )
  })
})

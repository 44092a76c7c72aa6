/**
 * React and Ink appear only in tui/Replay.ts: everything else of the replay runs without them.
 */
import { readdirSync } from "node:fs"
import { describe, expect, it, vi } from "vitest"

const forbidden = vi.hoisted(() => () => {
  throw new Error("the core imported what only the screen may import")
})
vi.mock("react", forbidden)
vi.mock("react/jsx-runtime", forbidden)
vi.mock("ink", forbidden)

const core = new URL("../../tui/core/", import.meta.url)

describe("the core of the replay", () => {
  it.each(readdirSync(core))("imports without React and Ink (%s)", async (file) => {
    await expect(import(new URL(file, core).href)).resolves.toBeDefined()
  })

  it("has a plain text and an opener that import without them, too", async () => {
    await expect(import("../../tui/PlainReplay.ts")).resolves.toBeDefined()
    await expect(import("../../tui/openReplay.ts")).resolves.toBeDefined()
  })

  it("would be found out: the screen itself does not import here", async () => {
    await expect(import("../../tui/Replay.ts")).rejects.toThrow("error when mocking a module")
  })
})

/**
 * Work in turns, undecided digits, the check of the replay, and errors.
 */
import { describe, expect, it } from "vitest"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { toPlain } from "../../tui/core/Line.ts"
import { frameOf } from "../../tui/core/ReplayFrame.ts"
import { initial } from "../../tui/core/ReplayModel.ts"
import { makeSession, type Schedule, type Session } from "../../tui/core/Session.ts"
import { sampleFlown } from "../recording/arbitraries.ts"
import { story } from "./Story.ts"

/** A schedule that runs nothing until it is told to. */
const stepped = (): Schedule & { readonly run: () => boolean; readonly waiting: () => number } => {
  const queue = new Set<() => void>()
  const later = (run: () => void): (() => void) => {
    queue.add(run)
    return () => {
      queue.delete(run)
    }
  }
  return {
    soon: later,
    after: (_, run) => later(run),
    waiting: () => queue.size,
    run: () => {
      const [next] = queue
      if (next === undefined) return false
      queue.delete(next)
      next()
      return true
    }
  }
}

const type = (session: Session, keys: ReadonlyArray<string>): void => {
  for (const key of keys) session.dispatch({ _tag: "Key", key })
}

const start = (recording = story) => {
  const schedule = stepped()
  const errors: Array<unknown> = []
  const opened = initial(recording, { columns: 120, rows: 36, ascii: false })
  const session = makeSession(opened, schedule, (error) => errors.push(error))
  return { schedule, session, errors }
}

const header = (session: Session): string =>
  frameOf(session.model()).slice(0, 1).map(toPlain).join("")

describe("a session", () => {
  it("filters a long recording in turns, and is idle afterwards", () => {
    const flown = sampleFlown(10_000)
    const { schedule, session } = start(fromEvents(flown.header, flown.events))
    type(session, ["/", ..."crash", "return"])
    expect(session.model().filter?.scanned).toBe(2_000)
    let turns = 0
    while (schedule.run()) turns++
    expect(turns).toBe(4)
    expect(session.model().filter?.matches).toHaveLength(111)
  })

  it("takes a lone digit for a pane once no key has followed", () => {
    const { schedule, session } = start()
    type(session, ["4"])
    expect(session.model().count).toBe("4")
    schedule.run()
    expect(session.model().count).toBe("")
    expect(session.model().pane).toBe("why")
  })

  it("says how the recording replays (exact, differs, unavailable)", async () => {
    const { session } = start()
    expect(header(session)).toContain("replay not checked")
    const checking = session.verify({ verify: () => Promise.resolve({ _tag: "exact" }) })
    expect(header(session)).toContain("checking replay")
    await checking
    expect(header(session)).toContain("replay exact")
    await session.verify({
      verify: () =>
        Promise.resolve({ _tag: "differs", step: 31, choicePoint: "client-1 › \u001b[2J" })
    })
    expect(header(session)).toContain("replay differs at 31")
    expect(frameOf(session.model()).map(toPlain).at(-1)).toContain("client-1 › ␛[2J")
    await session.verify({ verify: () => Promise.reject(new Error("no such scenario")) })
    expect(header(session)).toContain("replay not checked")
    expect(frameOf(session.model()).map(toPlain).at(-1)).toContain("no such scenario")
  })

  it("reports the first error of a handler, and then does nothing any more", () => {
    const broken = {
      ...story,
      causes: () => {
        throw new Error("the file is damaged")
      }
    }
    const { errors, schedule, session } = start(broken)
    type(session, ["w", "w", "k"])
    expect(errors).toEqual([new Error("the file is damaged")])
    expect(session.model().selected).toBe(22)
    expect(schedule.waiting()).toBe(0)
  })
})

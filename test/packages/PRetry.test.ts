/** The `p-retry` package from npm in a service: its backoff, with and without chance. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import pRetry, { AbortError } from "p-retry"
import { describe, expect, it } from "vitest"
import { type Answer, ask, fly, flyMany, type Setup } from "./Flying.ts"

type Options = NonNullable<Parameters<typeof pRetry>[1]>

/** Fails again and again, and says when it was tried. */
const failing =
  (options: Options): Setup["front"] =>
  () =>
  async () => {
    const begun = performance.now()
    const tries: Array<number> = []
    const attempt = (): never => {
      tries.push(Math.round(performance.now() - begun))
      throw new Error("not yet")
    }
    await pRetry(attempt, options).catch(() => {})
    return tries.join(" ")
  }

const answersOf = async (front: Setup["front"]) => {
  const { answers, reports } = await fly({ front }, [ask("o-1", 10), ask("o-2", 20, "o-2", 2)])
  expect(reports).toEqual([])
  return answers
}

describe("p-retry", () => {
  it("waits twice as long each time", async () => {
    const answers = await answersOf(failing({ retries: 4 }))
    expect(answers["o-1"]).toBe("0 1000 3000 7000 15000")
  })

  it("waits a while of its own choice, another one each time", async () => {
    const front = failing({ retries: 3, randomize: true })
    const answers = await answersOf(front)
    expect(answers["o-1"]).toMatch(/^0 1\d{3} \d{4} \d{4,5}$/u)
    expect(answers["o-2"]).not.toBe(answers["o-1"])
    expect(await answersOf(front)).toEqual(answers)
  })

  it("goes on for as long as it may", async () => {
    const answers = await answersOf(
      failing({ retries: 1_000, factor: 1, minTimeout: 60_000, maxRetryTime: 600_000 })
    )
    expect(answers["o-1"]?.split(" ").length).toBeGreaterThan(9)
    expect(answers["o-1"]?.split(" ").length).toBeLessThan(13)
  })

  it("stops at once when it is told to", async () => {
    const front: Setup["front"] = () => async (text) =>
      pRetry(() => Promise.reject(new AbortError(text)))
    expect((await answersOf(front))["o-1"]).toBe("Error: o-1")
  })

  it("ends the wait when its signal does", async () => {
    const front: Setup["front"] = () => (text) =>
      pRetry(() => Promise.reject(new Error(text)), {
        retries: 9,
        signal: AbortSignal.timeout(4_000)
      })
    const { answers, endedMillis, reports } = await fly({ front }, [ask("o-1", 10)])
    expect(reports).toEqual([])
    expect(answers["o-1"]).toMatch(/^DOMException: The operation was aborted due to timeout/u)
    expect(Math.round((endedMillis["o-1"] ?? 0) / 100)).toBe(40)
  })

  it("flies the same with the same seed, in turbulence", async () => {
    const front: Setup["front"] = () => (text) =>
      pRetry(
        async (attempt) => {
          const response = await fetch(`http://remote/${text}`)
          if (!response.ok) throw new Error(`status ${response.status}`)
          return `${await response.text()} ${attempt > 2 ? "late" : "soon"}`
        },
        { retries: 3, randomize: true, minTimeout: 200, shouldRetry: () => true }
      )
    const remote = (): Answer => {
      let asked = 0
      return Effect.sync(() =>
        ++asked % 3 === 0
          ? HttpServerResponse.text("done")
          : HttpServerResponse.text("busy", { status: 503 })
      )
    }
    const { answers, digests } = await flyMany({ front, remote })
    expect(digests.size).toBe(50)
    expect(answers.get("done late")).toBeGreaterThan(50)
    expect(answers.size).toBeGreaterThan(2)
  })
})

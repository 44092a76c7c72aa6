/** The `p-queue` package from npm in a service: its concurrency, intervals and timeouts. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import PQueue from "p-queue"
import { describe, expect, it } from "vitest"
import { type Answer, ask, fly, flyMany, type Setup } from "./Flying.ts"

const slept = (millis: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, millis))

type Options = ConstructorParameters<typeof PQueue>[0]

/** Runs twelve jobs of so many milliseconds each, and says when each one began. */
const twelve =
  (options: Options, jobMillis: number): Setup["front"] =>
  () => {
    const queue = new PQueue(options)
    return async () => {
      const begun = performance.now()
      const starts = await Promise.all(
        Array.from({ length: 12 }, () =>
          queue.add(async () => {
            const start = Math.round(performance.now() - begun)
            await slept(jobMillis)
            return start
          })
        )
      )
      return starts.join(" ")
    }
  }

const answerOf = async (front: Setup["front"]): Promise<string | undefined> => {
  const { answers, reports } = await fly({ front }, [ask("o-1", 10)])
  expect(reports).toEqual([])
  return answers["o-1"]
}

describe("p-queue", () => {
  it("runs so many jobs at once", async () => {
    expect(await answerOf(twelve({ concurrency: 4 }, 100))).toBe(
      "0 0 0 0 100 100 100 100 200 200 200 200"
    )
  })

  it("begins so many jobs in an interval", async () => {
    expect(await answerOf(twelve({ interval: 1_000, intervalCap: 5 }, 100))).toBe(
      "0 0 0 0 0 1000 1000 1000 1000 1000 2000 2000"
    )
  })

  it("gives up on a job after its timeout", async () => {
    expect(await answerOf(twelve({ timeout: 600_000 }, 700_000))).toMatch(
      /^TimeoutError: Task timed out after 600000ms/u
    )
  })

  it("runs jobs by their priority", async () => {
    const front: Setup["front"] = () => async () => {
      const queue = new PQueue({ concurrency: 1 })
      const order: Array<number> = []
      const job = (priority: number) =>
        queue.add(async () => void order.push(await slept(1).then(() => priority)), { priority })
      await Promise.all([job(0), job(1), job(3), job(2)])
      return order.join(" ")
    }
    expect(await answerOf(front)).toBe("0 3 2 1")
  })

  it("flies the same with the same seed, in turbulence", async () => {
    const front: Setup["front"] = () => {
      const queue = new PQueue({ concurrency: 2, interval: 500, intervalCap: 3, timeout: 2_000 })
      return async (text) => {
        const jobs = [1, 2, 3].map((part) =>
          queue.add(async () => {
            await slept(Math.random() * 300)
            const response = await fetch(`http://remote/${text}/${part}`)
            return response.text()
          })
        )
        return (await Promise.all(jobs)).join(" ")
      }
    }
    const remote = (): Answer => Effect.succeed(HttpServerResponse.text("done"))
    const { answers, digests } = await flyMany({ front, remote })
    expect(digests.size).toBe(50)
    expect(answers.get("done done done")).toBeGreaterThan(100)
    expect(answers.size).toBeGreaterThan(1)
  })
})

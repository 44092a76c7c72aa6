/** The `lru-cache` package, as it comes from npm, in a service: the ages of what it keeps. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { LRUCache } from "lru-cache"
import { describe, expect, it } from "vitest"
import { type Answer, ask, fly, flyMany, type Setup } from "./Flying.ts"

/** Numbers its answers. */
const counting = (): Answer => {
  let asked = 0
  return Effect.sync(() => HttpServerResponse.text(`answer ${++asked}`))
}

type Options = Omit<LRUCache.Options<string, string, unknown>, "fetchMethod">

/** Asks the remote host for what it does not keep. */
const caching =
  (options: Options): Setup["front"] =>
  () => {
    const cache = new LRUCache<string, string>({
      ...options,
      fetchMethod: async (key) => (await fetch(`http://remote/${key}`)).text()
    } as LRUCache.Options<string, string, unknown>)
    return async (text) => (await cache.fetch(text)) ?? "nothing"
  }

describe("lru-cache", () => {
  it("keeps an answer until its age is up", async () => {
    const operations = [10, 5_000, 9_000, 12_000].map((atMs, at) => ask(`o-${at}`, atMs, "a"))
    const { answers, reports } = await fly(
      { front: caching({ max: 10, ttl: 10_000 }), remote: counting },
      operations
    )
    expect({ answers: Object.values(answers), reports }).toEqual({
      answers: ["answer 1", "answer 1", "answer 1", "answer 2"],
      reports: []
    })
  })

  it("asks once for what is asked for twice at once", async () => {
    const { answers } = await fly({ front: caching({ max: 10 }), remote: counting }, [
      ask("o-1", 10, "a"),
      ask("o-2", 10, "a", 2)
    ])
    expect(Object.values(answers)).toEqual(["answer 1", "answer 1"])
  })

  it("keeps no more than it may", async () => {
    const { answers } = await fly({ front: caching({ max: 2 }), remote: counting }, [
      ...["a", "b", "c", "c", "a"].map((key, at) => ask(`o-${at}`, 10 + at, key))
    ])
    expect(Object.values(answers)).toEqual([1, 2, 3, 3, 4].map((asked) => `answer ${asked}`))
  })

  it("drops what is too old by itself", async () => {
    const front: Setup["front"] = () => {
      const cache = new LRUCache<string, string>({ ttl: 1_000, ttlAutopurge: true })
      return async (text) => {
        const before = cache.size
        cache.set(text, text)
        return `${before} kept, ${cache.getRemainingTTL(text)} ms left`
      }
    }
    const { answers, reports } = await fly({ front }, [
      ask("o-1", 10),
      ask("o-2", 500),
      ask("o-3", 5_000)
    ])
    expect({ answers, reports }).toEqual({
      answers: {
        "o-1": "0 kept, 1000 ms left",
        "o-2": "1 kept, 1000 ms left",
        "o-3": "0 kept, 1000 ms left"
      },
      reports: []
    })
  })

  it("loses everything when its node crashes", async () => {
    const { answers } = await fly(
      { front: caching({ max: 10, ttl: 600_000 }), remote: counting },
      [ask("o-1", 10, "a"), ask("o-2", 900, "a"), ask("o-3", 3_000, "a")],
      { faults: [{ _tag: "Crash", id: "f-1", atMs: 1_000, durationMs: 100, node: "front" }] }
    )
    expect(Object.values(answers)).toEqual(["answer 1", "answer 1", "answer 2"])
  })

  it("flies the same with the same seed, in turbulence", async () => {
    const { answers, digests } = await flyMany({
      front: caching({ max: 2, ttl: 2_000, ttlAutopurge: true }),
      remote: counting
    })
    expect(digests.size).toBe(50)
    expect(answers.get("answer 1")).toBeGreaterThan(20)
    expect(answers.size).toBeGreaterThan(4)
  })
})

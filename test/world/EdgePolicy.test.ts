import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { ask, flyWith, outcomes, type Script, scripted } from "../flight/Fly.ts"
import {
  Back,
  type BackHandlers,
  type PairOptions,
  pair,
  plainBack,
  Refused
} from "../flight/toys.ts"

const fly = (options: PairOptions, script: Script = {}, questions = 1) =>
  flyWith(pair({ clients: questions, ...options }), {
    operations: Array.from({ length: questions }, (_, index) =>
      ask(`o-${index + 1}`, 10, `o-${index + 1}`, index + 1)
    ),
    entropy: scripted(script)
  })

/** A back that notes when each attempt arrived (ms), and refuses the first `refusals` of them. */
const noting = (refusals: number) => {
  const attempts: Array<string> = []
  const back = Effect.succeed<BackHandlers>({
    ...plainBack,
    echo: ({ text }) =>
      Effect.clockWith((clock) => {
        attempts.push(`${text}@${clock.currentTimeMillisUnsafe() - 1_893_456_000_000}`)
        return attempts.length <= refusals
          ? Effect.fail(new Refused({ why: "not yet" }))
          : Effect.succeed(text)
      })
  })
  return { attempts, back }
}

const never = Effect.succeed<BackHandlers>({ ...plainBack, echo: () => Effect.never })

describe("the client of an edge", () => {
  it("gives each attempt its own timeout, and waits between them", () => {
    const flown = fly({
      back: never,
      use: { timeout: "1 second", retry: { times: 2, delay: "200 millis" } }
    })
    expect(outcomes(flown)).toEqual({ "o-1": "! TimeoutError" })
    const [entry] = flown.history
    // Three attempts of a second, two pauses, and half a millisecond for each hop of the client.
    expect((entry?.endedAt ?? 0) - (entry?.startedAt ?? 0)).toBe(3_400_000 + 1_000)
  })

  it.each([0, 1, 2, 5])("makes at most %i further attempts", (times) => {
    const { attempts, back } = noting(9)
    const flown = fly({ back, use: { retry: { times, onlyIf: () => true } } })
    expect(attempts).toHaveLength(times + 1)
    expect(outcomes(flown)).toEqual({ "o-1": "! Refused" })
  })

  it("stops at the first success, having waited the delay before each attempt", () => {
    const { attempts, back } = noting(2)
    const flown = fly({
      back,
      use: { retry: { times: 5, delay: "50 millis", onlyIf: () => true } }
    })
    // An attempt and its answer take a millisecond.
    expect(attempts).toEqual(["o-1@11", "o-1@62", "o-1@113"])
    expect(outcomes(flown)).toEqual({ "o-1": "o-1" })
  })

  it("retries call errors only, unless it is told which errors", () => {
    const { attempts, back } = noting(1)
    expect(outcomes(fly({ back, use: { retry: { times: 3 } } }))).toEqual({ "o-1": "! Refused" })
    expect(attempts).toHaveLength(1)
    const lossy = fly({ use: { timeout: "1 second", retry: { times: 1 } } }, { lose: { 1: 1 } })
    expect(outcomes(lossy)).toEqual({ "o-1": "o-1" })
    const isOther = (error: unknown) => !(error instanceof Refused)
    const again = noting(1)
    fly({ back: again.back, use: { retry: { times: 3, onlyIf: isOther } } })
    expect(again.attempts).toHaveLength(1)
  })

  it("reports a choice of errors that throws as a defect of the caller", () => {
    const onlyIf = (): boolean => {
      throw new Error("cannot choose")
    }
    const { back } = noting(1)
    const { violation } = fly({ back, use: { retry: { times: 1, onlyIf } } })
    expect(violation?.counterexample.subject).toBe("front dies")
    expect(violation?.counterexample.actual).toBe("Error: cannot choose")
  })

  it("waits for ever without a timeout, and the deadlock says who waits on what", () => {
    const front: PairOptions["front"] = (back, text) =>
      Effect.as(Effect.forkDetach(back.echo({ text })), "asked")
    const { violation } = fly({ back: never, front, use: { timeout: "Infinity" } })
    expect(violation?.property).toBe("no deadlock")
    expect(violation?.counterexample.subject).toBe("front → back echo")
    expect(violation?.counterexample.actual).toBe(
      "at 15.011s nothing is left to happen: front waits for back echo since 10.5ms; " +
        "back handles echo and never ends"
    )
  })

  const crowded = (concurrency: number | undefined, isByName: boolean) => {
    let running = 0
    let most = 0
    const back = Effect.succeed<BackHandlers>({
      ...plainBack,
      echo: ({ text }) =>
        Effect.suspend(() => {
          running++
          most = Math.max(most, running)
          return Effect.sleep("20 millis")
        }).pipe(Effect.ensuring(Effect.sync(() => void running--)), Effect.as(text))
    })
    const front: PairOptions["front"] = (client, text) =>
      isByName
        ? Effect.flatMap(Back.addresses, (names) =>
            Effect.forEach(
              names,
              (name) => Effect.flatMap(Back.at(name), (replica) => replica.echo({ text })),
              { concurrency: "unbounded" }
            ).pipe(Effect.map((all) => all.join("+")))
          )
        : client.echo({ text })
    const use = concurrency === undefined ? {} : { concurrency }
    const flown = fly({ back, front, replicas: 3, use }, {}, 6)
    expect(flown.history.every(({ outcome }) => outcome?._tag === "ok")).toBe(true)
    return most
  }

  it.each([1, 2, 4])("has at most %i calls under way, the others wait their turn", (bound) => {
    expect(crowded(bound, false)).toBe(bound)
    // One edge has one bound, also when its calls name the replica they go to.
    expect(crowded(bound, true)).toBe(bound)
  })

  it("has no bound unless asked for one", () => {
    expect(crowded(undefined, false)).toBe(6)
    expect(crowded(undefined, true)).toBe(18)
  })

  it("frees its place when a call is interrupted or runs out of time", () => {
    const front: PairOptions["front"] = (back, text) =>
      text === "o-1"
        ? back.echo({ text }).pipe(Effect.timeoutOption("30 millis"), Effect.as("gave up"))
        : Effect.sleep("10 millis").pipe(
            Effect.andThen(back.list({ items: [text] })),
            Effect.map(String)
          )
    const flown = fly({ back: never, front, use: { concurrency: 1, timeout: "1 minute" } }, {}, 2)
    expect(outcomes(flown)).toEqual({ "o-1": "gave up", "o-2": "o-2" })
  })
})

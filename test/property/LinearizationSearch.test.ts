/** Laws of the search for an order, against an oracle that tries all of them. */
import { Option } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { History } from "../../src/property/History.ts"
import type { Placeable } from "../../src/property/LinearizationSlots.ts"
import { type SearchResult, search } from "../../src/property/LinearizationSearch.ts"
import * as Model from "../../src/property/Model.ts"
import * as Histories from "./Histories.ts"

const placeables = <Input, Output>(history: History): ReadonlyArray<Placeable<Input, Output>> =>
  history
    .filter(({ outcome }) => outcome?._tag !== "fail")
    .map((entry) => {
      const { client, id, outcome, payload, startedAt } = entry
      const isSeen = outcome?._tag === "ok" && !Histories.isSilent(entry)
      return {
        id,
        client,
        startedAt,
        endedAt: outcome?._tag === "ok" ? entry.endedAt : undefined,
        // Generated histories carry the model's own inputs and outputs.
        input: payload as Input,
        output: isSeen ? Option.some(outcome.value as Output) : Option.none<Output>()
      }
    })

const entriesOf = (
  history: History,
  placed: ReadonlyArray<Placeable<unknown, unknown>>
): History => {
  const byId = new Map(history.map((entry) => [entry.id, entry]))
  return placed.flatMap(({ id }) => byId.get(id) ?? [])
}

/** A model of the test's own: each add changes the state, also when nobody saw its end. */
const counter: Model.Model<number, Histories.CounterInput, number> = {
  name: "counter",
  initial: 0,
  step: (state, input, output) => {
    const next = input._tag === "add" ? state + 1 : state
    return Option.isSome(output) && output.value !== next ? Option.none() : Option.some(next)
  },
  partition: () => undefined,
  changesNothing: ({ _tag }) => _tag === "read",
  stateText: String,
  operationText: (input) => input._tag
}

const cases = [
  { name: "register", plain: Histories.register, model: Model.register(0) },
  { name: "key-value store", plain: Histories.keyValue, model: Model.keyValue<string, number>() },
  { name: "counter", plain: Histories.counter, model: counter }
] as const

const run = ({ model }: (typeof cases)[number], history: History): SearchResult<unknown, unknown> =>
  // The two cases differ in types alone, and each is given histories of its own object.
  search(model as Model.Model<unknown, unknown, unknown>, placeables(history), 100_000)

describe.each(cases)("a search over a $name", (subject) => {
  // The same.
  const plain = subject.plain as Histories.Plain<unknown, unknown>
  const small = Histories.linearizable(plain, { operationsMax: 7, clients: 3 })
  const large = Histories.linearizable(plain, { operationsMax: 60, clients: 5 })

  it("finds an order for every history of a correct object", () => {
    fc.assert(
      fc.property(large, (history) => {
        expect(run(subject, history)._tag).toBe("order")
      }),
      { numRuns: 500 }
    )
  })

  it("decides as trying all orders does", () => {
    let violated = 0
    fc.assert(
      fc.property(Histories.mutated(small), (history) => {
        const { explained, required } = Histories.bruteForce(plain, history)
        if (explained < required) violated += 1
        expect(run(subject, history)._tag).toBe(explained === required ? "order" : "none")
      }),
      { numRuns: 3_000 }
    )
    expect(violated).toBeGreaterThan(200)
  })

  it("answers an order that respects real time and explains every result", () => {
    fc.assert(
      fc.property(large, (history) => {
        const result = run(subject, history)
        const order = result._tag === "order" ? entriesOf(history, result.order) : []
        const required = history.filter(Histories.isRequired)
        expect(order.filter(Histories.isRequired)).toHaveLength(required.length)
        expectExplained(plain, order)
      }),
      { numRuns: 300 }
    )
  })

  it("answers a prefix that explains as much as any order, and what does not fit after it", () => {
    fc.assert(
      fc.property(Histories.mutated(small), (history) => {
        const result = run(subject, history)
        if (result._tag !== "none") return
        const prefix = entriesOf(history, result.prefix)
        expectExplained(plain, prefix)
        expect(prefix.filter(Histories.isRequired)).toHaveLength(
          Histories.bruteForce(plain, history).explained
        )
        expect(result.unplaced.length).toBeGreaterThan(0)
        expect(prefix.map(({ id }) => id)).not.toContain(result.unplaced[0]?.id)
        expect(prefix.length === 0 || Histories.isRequired(prefix.at(-1) ?? never())).toBe(true)
      }),
      { numRuns: 2_000 }
    )
  })
})

/** Each is possible after those before it, with its result, and began before the next ended. */
const expectExplained = (plain: Histories.Plain<unknown, unknown>, order: History): void => {
  order.forEach((entry, index) => {
    for (const later of order.slice(index + 1)) {
      expect(Histories.precedes(later, entry)).toBe(false)
    }
  })
  let state = plain.initial
  for (const entry of order) {
    const [next, answer] = plain.apply(state, entry.payload)
    state = next
    if (entry.outcome?._tag === "ok" && !Histories.isSilent(entry)) {
      expect(entry.outcome.value).toBe(answer)
    }
  }
}

const never = (): never => {
  throw new Error("an array that is not empty has a last element")
}

describe("a search with a budget", () => {
  it("is spent instead of guessing, and otherwise decides as without one", () => {
    const small = Histories.linearizable(Histories.register, { operationsMax: 8, clients: 4 })
    const tags = new Set<string>()
    fc.assert(
      fc.property(Histories.mutated(small), fc.nat({ max: 12 }), (history, visitedStatesMax) => {
        const operations = placeables<Model.RegisterInput<number>, number | boolean>(history)
        const limited = search(Model.register(0), operations, visitedStatesMax)
        const free = search(Model.register(0), operations, 100_000)
        tags.add(limited._tag)
        expect([free._tag, "spent"]).toContain(limited._tag)
      }),
      { numRuns: 1_000 }
    )
    expect([...tags].sort()).toEqual(["none", "order", "spent"])
  })

  it("does not overflow the stack on a long history (operations=20000)", () => {
    const history = Array.from({ length: 20_000 }, (_, index) =>
      Histories.entry({
        id: `o-${index}`,
        client: `client-${index % 3}`,
        startedAt: index,
        endedAt: index + 2,
        payload: { _tag: "write", value: index },
        outcome: { _tag: "ok", value: undefined }
      })
    )
    const result = search(Model.register(0), placeables(history), 100_000)
    expect(result._tag).toBe("order")
  })

  it("needs few states for many writes nobody saw the end of (writes=40, reads=40)", () => {
    const writes = Array.from({ length: 40 }, (_, index) =>
      Histories.entry({
        id: `w-${index}`,
        startedAt: 0,
        payload: { _tag: "write", value: index + 1 },
        outcome: { _tag: "info", reason: "timeout" }
      })
    )
    const reads = Array.from({ length: 40 }, (_, index) =>
      Histories.entry({
        id: `r-${index}`,
        client: "reader",
        startedAt: 10 + index,
        endedAt: 11 + index,
        payload: { _tag: "read" },
        outcome: { _tag: "ok", value: 40 - index }
      })
    )
    const lost = Histories.entry({
      id: "r-40",
      client: "reader",
      startedAt: 60,
      endedAt: 61,
      payload: { _tag: "read" },
      outcome: { _tag: "ok", value: 40 }
    })
    expect(search(Model.register(0), placeables([...writes, ...reads]), 5_000)._tag).toBe("order")
    expect(search(Model.register(0), placeables([...writes, ...reads, lost]), 5_000)._tag).toBe(
      "none"
    )
  })
})

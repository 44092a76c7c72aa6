/** Judging whole histories: outcomes, parts, budgets and texts. */
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { History, HistoryEntry } from "../../src/property/History.ts"
import * as Linearizable from "../../src/property/Linearizable.ts"
import * as Model from "../../src/property/Model.ts"
import * as Histories from "./Histories.ts"

type Operation = Linearizable.Operation<
  Model.KeyValueInput<string, number>,
  Model.KeyValueOutput<number>
>

const operation = (entry: HistoryEntry): Operation => ({
  // Histories of these tests carry the model's own inputs and outputs.
  input: entry.payload as Model.KeyValueInput<string, number>,
  output: Histories.isSilent(entry) ? undefined : (value) => value as Model.KeyValueOutput<number>
})

const store = Linearizable.make("the store is linearizable", {
  model: Model.keyValue<string, number>(),
  operation
})

const get = (key: string): unknown => ({ _tag: "get", key })
const put = (key: string, value: number): unknown => ({ _tag: "put", key, value })

type Ending = "info" | "fail" | "pending" | { readonly ok: unknown }

/** An operation by `client` from `startedAt` to `endedAt`. */
const call = (
  id: string,
  client: string,
  [startedAt, endedAt]: readonly [number, number],
  payload: unknown,
  ending: Ending
): HistoryEntry => {
  const base = { id, client, startedAt, payload }
  if (ending === "pending") return Histories.entry(base)
  if (ending === "info") {
    return Histories.entry({ ...base, endedAt, outcome: { _tag: "info", reason: "timeout" } })
  }
  if (ending === "fail") {
    return Histories.entry({ ...base, endedAt, outcome: { _tag: "fail", error: "refused" } })
  }
  return Histories.entry({ ...base, endedAt, outcome: { _tag: "ok", value: ending.ok } })
}

const done: Ending = { ok: undefined }

describe("Linearizable", () => {
  it("holds for an empty history and for entries that are none of its business", () => {
    const nothing = Linearizable.make("nothing", {
      model: Model.register(0),
      operation: () => undefined
    })
    expect(store.judge([])).toEqual({ _tag: "holds" })
    expect(nothing.judge([call("o-1", "a", [0, 1], get("x"), { ok: 7 })])).toEqual({
      _tag: "holds"
    })
  })

  it("is declared as its documentation says, with nothing annotated", () => {
    const Get = Schema.decodeUnknownSync(Schema.Struct({ key: Schema.String }))
    const Put = Schema.decodeUnknownSync(Schema.Struct({ key: Schema.String, value: Schema.Int }))
    const Read = Schema.decodeUnknownSync(Schema.UndefinedOr(Schema.Int))
    const documented = Linearizable.make("the store is linearizable", {
      model: Model.keyValue<string, number>(),
      operation: ({ procedure, payload }) =>
        procedure === "get"
          ? { input: { _tag: "get", ...Get(payload) }, output: Read }
          : { input: { _tag: "put", ...Put(payload) } }
    })
    const write = { ...call("o-1", "a", [0, 1], { key: "x", value: 1 }, done), procedure: "put" }
    const read = (value: number): HistoryEntry => ({
      ...call("o-2", "a", [2, 3], { key: "x" }, { ok: value }),
      procedure: "get"
    })
    expect(documented.judge([write, read(1)])._tag).toBe("holds")
    expect(documented.judge([write, read(2)])._tag).toBe("violated")
    Linearizable.make("wrong", {
      model: Model.keyValue<string, number>(),
      // @ts-expect-error a key-value store has no operation of this name
      operation: () => ({ input: { _tag: "fetch", key: "x" } })
    })
  })

  it("finds the stale read of a write that had ended", () => {
    const history = [
      call("o-1", "a", [0, 10], put("x", 1), done),
      call("o-2", "a", [20, 30], put("x", 2), done),
      call("o-3", "b", [40, 50], get("x"), { ok: 1 })
    ]
    expect(store.judge(history)).toEqual({
      _tag: "violated",
      counterexample: {
        subject: "key-value store",
        expected: 'key "x" is linearizable',
        actual: 'no place for get "x" → 1 (o-3) after put "x" 1 (o-1), put "x" 2 (o-2)'
      }
    })
  })

  it("finds two reads during one write that see it and then do not", () => {
    // The anomaly Jepsen showed for reads that any replica may answer (etcd and Consul, 2014).
    const history = [
      call("o-1", "a", [0, 1], put("x", 0), done),
      call("o-2", "a", [10, 100], put("x", 1), done),
      call("o-3", "b", [20, 30], get("x"), { ok: 1 }),
      call("o-4", "c", [40, 50], get("x"), { ok: 0 })
    ]
    expect(store.judge(history)).toMatchObject({
      _tag: "violated",
      counterexample: {
        actual:
          'no place for get "x" → 0 (o-4) after put "x" 0 (o-1), put "x" 1 (o-2), ' +
          'get "x" → 1 (o-3)'
      }
    })
    const swapped = [...history.slice(0, 2), ...history.slice(2)].map((entry) =>
      entry.id === "o-3"
        ? call("o-3", "b", [20, 30], get("x"), { ok: 0 })
        : entry.id === "o-4"
          ? call("o-4", "c", [40, 50], get("x"), { ok: 1 })
          : entry
    )
    expect(store.judge(swapped)).toEqual({ _tag: "holds" })
  })

  it("finds a compare-and-set that two clients won", () => {
    const change = { _tag: "compareAndSet", key: "lock", from: undefined, to: 1 }
    const history = [
      call("o-1", "a", [0, 10], change, { ok: true }),
      call("o-2", "b", [5, 15], change, { ok: true })
    ]
    expect(store.judge(history)).toMatchObject({
      counterexample: {
        actual:
          'no place for compare-and-set "lock" nothing to 1 → true (o-2) ' +
          'after compare-and-set "lock" nothing to 1 → true (o-1)'
      }
    })
  })

  describe.each(["info", "pending"] as const)("an operation that ended as %s", (ending) => {
    const write = call("o-1", "a", [0, 5], put("x", 1), ending)
    it.each<readonly [string, ReadonlyArray<unknown>, string]>([
      ["never", [undefined, undefined], "holds"],
      ["at once", [1, 1], "holds"],
      ["long after its end", [undefined, 1], "holds"],
      ["only once", [1, undefined], "violated"]
    ])("may take effect %s (reads %j)", (_when, [first, second], verdict) => {
      const history = [
        write,
        call("o-2", "b", [10, 20], get("x"), { ok: first }),
        call("o-3", "b", [30, 40], get("x"), { ok: second })
      ]
      expect(store.judge(history)._tag).toBe(verdict)
    })

    it("does not take effect before its start", () => {
      const history = [
        call("o-1", "b", [0, 10], get("x"), { ok: 1 }),
        call("o-2", "a", [20, 25], put("x", 1), ending)
      ]
      expect(store.judge(history)._tag).toBe("violated")
    })
  })

  it("tells operations nobody saw the end of apart, though they lead to the same state", () => {
    // Only the write can explain the second 1, so the first was the compare-and-set.
    const change = { _tag: "compareAndSet", key: "x", from: undefined, to: 1 }
    const history = [
      call("o-1", "a", [0, 5], put("x", 1), "info"),
      call("o-2", "b", [0, 5], change, "info"),
      call("o-3", "c", [10, 15], get("x"), { ok: 1 }),
      call("o-4", "c", [20, 25], put("x", 2), done),
      call("o-5", "c", [30, 35], get("x"), { ok: 1 })
    ]
    expect(store.judge(history)._tag).toBe("holds")
    expect(store.judge(history.slice(1))._tag).toBe("violated")
  })

  it("takes a failed operation for one that never happened", () => {
    const read = call("o-2", "b", [10, 20], get("x"), { ok: 1 })
    expect(store.judge([call("o-1", "a", [0, 5], put("x", 1), "fail"), read])._tag).toBe("violated")
    expect(store.judge([call("o-1", "a", [0, 5], put("x", 1), done), read])._tag).toBe("holds")
  })

  it("keeps the order of one client even within a microsecond, and of no two clients", () => {
    const write = call("o-1", "a", [0, 10], put("x", 1), done)
    const by = (client: string): History => [
      write,
      call("o-2", client, [10, 20], get("x"), { ok: undefined })
    ]
    expect(store.judge(by("a"))._tag).toBe("violated")
    expect(store.judge(by("b"))._tag).toBe("holds")
  })

  it("comes to the same verdict with and without parts", () => {
    const whole = Linearizable.make("the store is linearizable", {
      model: { ...Model.keyValue<string, number>(), partition: () => undefined },
      operation
    })
    const seen = new Set<string>()
    const histories = Histories.linearizable(Histories.keyValue, { operationsMax: 14, clients: 4 })
    fc.assert(
      fc.property(fc.oneof(histories, Histories.mutated(histories)), (history) => {
        const verdict = store.judge(history)._tag
        seen.add(verdict)
        expect(whole.judge(history)._tag).toBe(verdict)
      }),
      { numRuns: 2_000 }
    )
    expect([...seen].sort()).toEqual(["holds", "violated"])
  })

  it("names one key only, and shows the end of a long prefix", () => {
    const history = [
      call("o-0", "a", [0, 1], put("other", 1), done),
      ...Array.from({ length: 20 }, (_, index) =>
        call(`o-${index + 1}`, "a", [10 * index, 10 * index + 5], put("x", index), done)
      ),
      ...Array.from({ length: 5 }, (_, index) =>
        call(`r-${index}`, `reader-${index}`, [300, 310], get("x"), { ok: 3 })
      )
    ]
    expect(store.judge(history)).toMatchObject({
      counterexample: {
        actual:
          'no place for get "x" → 3 (r-0), get "x" → 3 (r-1), get "x" → 3 (r-2) or 2 more ' +
          'after …, put "x" 17 (o-18), put "x" 18 (o-19), put "x" 19 (o-20)'
      }
    })
  })

  it("is unknown when the budget is spent, unless another key is violated", () => {
    const limited = Linearizable.make("limited", {
      model: Model.keyValue<string, number>(),
      operation,
      visitedStatesMax: 2
    })
    const spent = [1, 2, 3].map((value) =>
      call(`o-${value}`, "a", [value * 10, value * 10 + 5], put("x", value), done)
    )
    const stale = call("o-9", "b", [90, 95], get("y"), { ok: 9 })
    expect(limited.judge(spent)).toEqual({
      _tag: "unknown",
      reason: 'key "x": no order of 3 operations found in 2 states (visitedStatesMax)'
    })
    const fine = call("o-8", "b", [90, 95], get("y"), { ok: undefined })
    expect(limited.judge([...spent, fine])._tag).toBe("unknown")
    expect(limited.judge([fine, ...spent])._tag).toBe("unknown")
    expect(limited.judge([...spent, stale])._tag).toBe("violated")
    expect(limited.judge([stale, ...spent])._tag).toBe("violated")
    expect(store.judge(spent)._tag).toBe("holds")
  })

  it("compares values by what they are, not by identity or the order of their fields", () => {
    const register = Linearizable.make("objects", {
      model: Model.register<unknown>({ a: 1, b: [1, 2] }),
      operation: () => ({ input: { _tag: "read" }, output: (value) => value })
    })
    const read = (value: unknown): History => [call("o-1", "a", [0, 1], {}, { ok: value })]
    expect(register.judge(read({ b: [1, 2], a: 1 }))._tag).toBe("holds")
    expect(register.judge(read({ b: [2, 1], a: 1 }))._tag).toBe("violated")
  })
})

/**
 * Histories for tests of the checker, and an oracle that is too simple to be wrong.
 *
 * A history is made by clients that use a real object: each operation takes effect at one moment
 * between its start and end, so it is linearizable by construction. The oracle tries every order.
 * Neither uses Model or the search.
 */
import fc from "fast-check"
import type { History, HistoryEntry, Outcome } from "../../src/property/History.ts"
import type { KeyValueInput, RegisterInput } from "../../src/property/Model.ts"

/** A sequential object, in the plainest way: the state after an operation, and its answer. */
export interface Plain<State, Input> {
  readonly initial: State
  readonly apply: (state: State, input: Input) => readonly [state: State, answer: unknown]
  readonly input: fc.Arbitrary<Input>
}

const value = fc.integer({ min: 0, max: 2 })

/** A register that starts at 0. */
export const register: Plain<number, RegisterInput<number>> = {
  initial: 0,
  apply: (state, input) => {
    if (input._tag === "read") return [state, state]
    if (input._tag === "write") return [input.value, undefined]
    return state === input.from ? [input.to, true] : [state, false]
  },
  input: fc.oneof(
    fc.record({ _tag: fc.constant("read" as const) }),
    fc.record({ _tag: fc.constant("write" as const), value }),
    fc.record({ _tag: fc.constant("compareAndSet" as const), from: value, to: value })
  )
}

/** Operations of a counter: an add answers the new count, so that no two adds are alike. */
export type CounterInput = { readonly _tag: "add" } | { readonly _tag: "read" }

/** A counter that starts at 0. */
export const counter: Plain<number, CounterInput> = {
  initial: 0,
  apply: (state, input) => (input._tag === "add" ? [state + 1, state + 1] : [state, state]),
  input: fc.oneof(
    fc.record({ _tag: fc.constant("add" as const) }),
    fc.record({ _tag: fc.constant("read" as const) })
  )
}

const key = fc.constantFrom("x", "y")

/** A key-value store with two keys, as an object that is copied at every change. */
export const keyValue: Plain<Readonly<Record<string, number>>, KeyValueInput<string, number>> = {
  initial: {},
  apply: (state, input) => {
    switch (input._tag) {
      case "get":
        return [state, state[input.key]]
      case "put":
        return [{ ...state, [input.key]: input.value }, undefined]
      case "delete": {
        const { [input.key]: gone, ...rest } = state
        return [rest, gone !== undefined]
      }
      case "compareAndSet":
        return state[input.key] === input.from
          ? [{ ...state, [input.key]: input.to }, true]
          : [state, false]
    }
  },
  input: fc.oneof(
    fc.record({ _tag: fc.constant("get" as const), key }),
    fc.record({ _tag: fc.constant("put" as const), key, value }),
    fc.record({ _tag: fc.constant("delete" as const), key }),
    fc.record({
      _tag: fc.constant("compareAndSet" as const),
      key,
      from: fc.option(value, { nil: undefined }),
      to: value
    })
  )
}

const endings = ["ok", "ok", "ok", "ok", "info", "info without effect", "pending", "fail"] as const

/** What one generated operation does: times are lengths since the client was free. */
interface Deed<Input> {
  readonly client: number
  readonly idle: number
  readonly untilEffect: number
  readonly untilEnd: number
  readonly input: Input
  readonly ending: (typeof endings)[number]
}

/** Histories of a correct object used by `clients` clients at once. */
export const linearizable = <State, Input>(
  plain: Plain<State, Input>,
  bounds: { readonly operationsMax: number; readonly clients: number }
): fc.Arbitrary<History> => {
  const length = fc.integer({ min: 0, max: 4 })
  const deed = fc.record({
    client: fc.nat({ max: bounds.clients - 1 }),
    idle: length,
    untilEffect: length,
    untilEnd: length,
    input: plain.input,
    ending: fc.constantFrom(...endings)
  })
  return fc
    .array(deed, { minLength: 1, maxLength: bounds.operationsMax })
    .map((deeds) => played(plain, deeds, bounds.clients))
}

/** Plays deeds against the object. Two clients never do anything in the same microsecond. */
const played = <State, Input>(
  plain: Plain<State, Input>,
  deeds: ReadonlyArray<Deed<Input>>,
  clients: number
): History => {
  const freeAt = new Map<number, number>()
  const timed = deeds.map((deed, index) => {
    const startedAt = (freeAt.get(deed.client) ?? deed.client) + deed.idle * clients
    const effectAt = startedAt + deed.untilEffect * clients
    const isSeen = deed.ending === "ok" || deed.ending === "fail"
    const endedAt = (isSeen ? effectAt : startedAt) + deed.untilEnd * clients
    freeAt.set(deed.client, endedAt)
    return { deed, index, startedAt, effectAt, endedAt }
  })
  let state = plain.initial
  const answers = new Map<number, unknown>()
  const byEffect = [...timed].sort(
    (left, right) => left.effectAt - right.effectAt || left.index - right.index
  )
  for (const { deed, index } of byEffect) {
    if (deed.ending === "fail" || deed.ending === "info without effect") continue
    const [next, answer] = plain.apply(state, deed.input)
    state = next
    answers.set(index, answer)
  }
  return timed
    .sort((left, right) => left.startedAt - right.startedAt || left.index - right.index)
    .map(({ deed, endedAt, index, startedAt }) =>
      entry({
        id: `o-${index}`,
        client: `client-${deed.client}`,
        payload: deed.input,
        startedAt,
        ...(deed.ending === "pending" ? {} : { endedAt }),
        ...outcome(deed.ending, answers.get(index))
      })
    )
}

const outcome = (
  ending: (typeof endings)[number],
  answer: unknown
): { readonly outcome?: Outcome } => {
  switch (ending) {
    case "ok":
      return { outcome: { _tag: "ok", value: answer } }
    case "fail":
      return { outcome: { _tag: "fail", error: "refused" } }
    case "info":
    case "info without effect":
      return { outcome: { _tag: "info", reason: "timeout" } }
    case "pending":
      return {}
  }
}

/** An entry of a history, with what does not matter here filled in. */
export const entry = (
  part: Partial<HistoryEntry> & Pick<HistoryEntry, "id" | "startedAt" | "payload">
): HistoryEntry => ({
  client: part.id,
  contract: "Store",
  procedure: "call",
  intendedAt: part.startedAt,
  ...part
})

/** Histories one answer or one end away from a linearizable one: some are, some are not. */
export const mutated = (histories: fc.Arbitrary<History>): fc.Arbitrary<History> =>
  fc.tuple(histories, fc.nat(), fc.oneof(value, fc.boolean())).map(([history, pick, answer]) => {
    const ended = history.filter(({ outcome: end }) => end?._tag === "ok")
    const target = ended[pick % Math.max(1, ended.length)]
    return history.map((other) =>
      other === target ? { ...other, outcome: { _tag: "ok", value: answer } } : other
    )
  })

/**
 * The most operations with a known result that one order can explain, of how many there are: tries
 * every order that respects real time, with and without every operation nobody saw the end of.
 */
export const bruteForce = <State, Input>(
  plain: Plain<State, Input>,
  history: History
): { readonly explained: number; readonly required: number } => {
  const relevant = history.filter((other) => other.outcome?._tag !== "fail")
  const required = relevant.filter(isRequired).length
  let explained = 0
  const extend = (state: State, left: ReadonlyArray<HistoryEntry>, count: number): void => {
    explained = Math.max(explained, count)
    for (const next of left) {
      if (left.some((other) => precedes(other, next))) continue
      // Entries of these histories carry inputs of this object as their payload.
      const [after, answer] = plain.apply(state, next.payload as Input)
      const { outcome: end } = next
      if (end?._tag === "ok" && !isSilent(next) && end.value !== answer) continue
      extend(
        after,
        left.filter((other) => other !== next),
        count + (isRequired(next) ? 1 : 0)
      )
    }
  }
  extend(plain.initial, relevant, 0)
  return { explained, required }
}

/** Whether an operation took effect for sure. */
export const isRequired = ({ outcome: end }: HistoryEntry): boolean => end?._tag === "ok"

/** Whether one operation had ended before another began. */
export const precedes = (one: HistoryEntry, other: HistoryEntry): boolean => {
  if (!isRequired(one) || one.endedAt === undefined || one === other) return false
  if (one.endedAt < other.startedAt) return true
  return one.client === other.client && one.endedAt === other.startedAt && isBefore(one, other)
}

// Operations of one client are numbered in the order it began them.
const isBefore = (one: HistoryEntry, other: HistoryEntry): boolean =>
  Number(one.id.slice(2)) < Number(other.id.slice(2))

/** Whether the answer of an operation says nothing. */
export const isSilent = ({ payload }: HistoryEntry): boolean =>
  ["write", "put"].includes(String(Reflect.get(Object(payload), "_tag")))

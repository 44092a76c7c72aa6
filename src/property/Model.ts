/**
 * Models: how a correct object behaves when its operations happen one at a time.
 *
 * Owns the shape of a model and the two that most systems need. Finding an order of overlapping
 * operations that a model accepts is Linearizable's.
 */
import { Option } from "effect"
import { canonical, same, shown } from "./ValueText.ts"

/** A sequential specification. Inputs are data: they are compared by value. */
export interface Model<State, Input, Output> {
  /** What it is, in general: `key-value store`. The subject of counterexamples. */
  readonly name: string
  readonly initial: State
  /**
   * The state after an operation, or none when it cannot happen in `state` with this output. An
   * output of none means that nobody saw it: then whatever the object answers is accepted.
   */
  readonly step: (state: State, input: Input, output: Option.Option<Output>) => Option.Option<State>
  /**
   * The part of the object an operation is about. Operations on different parts must not affect
   * each other: every part is judged alone. `undefined` when the object has no parts.
   */
  readonly partition: (input: Input) => string | undefined
  /**
   * Whether an operation with this output leaves every state in which it can happen as it is, as
   * a read does. It spares the checker much work; when in doubt, answer false.
   */
  readonly changesNothing: (input: Input, output: Option.Option<Output>) => boolean
  /** A text that two states share exactly if they behave the same from now on. */
  readonly stateText: (state: State) => string
  /** An operation as people read it: `put "x" 1`, `get "x" → 1`. */
  readonly operationText: (input: Input, output: Option.Option<Output>) => string
}

/** Operations of a register. A read answers the value, a compare-and-set whether it did. */
export type RegisterInput<Value> =
  | { readonly _tag: "read" }
  | { readonly _tag: "write"; readonly value: Value }
  | { readonly _tag: "compareAndSet"; readonly from: Value; readonly to: Value }

/** A single value that can be read, written, and written if it has a certain value. */
export const register = <Value>(
  initial: Value
): Model<Value, RegisterInput<Value>, Value | boolean> => ({
  name: "register",
  initial,
  step: (state, input, output) => {
    switch (input._tag) {
      case "read":
        return stepTo(state, state, output)
      case "write":
        return Option.some(input.value)
      case "compareAndSet": {
        const matches = same(state, input.from)
        return stepTo(matches ? input.to : state, matches, output)
      }
    }
  },
  partition: () => undefined,
  changesNothing: (input, output) => input._tag === "read" || isRefusal(input, output),
  stateText: canonical,
  operationText: (input, output) => {
    switch (input._tag) {
      case "read":
        return `read${answerText(output, "→ ?")}`
      case "write":
        return `write ${shown(input.value)}`
      case "compareAndSet":
        return `compare-and-set ${shown(input.from)} to ${shown(input.to)}${answerText(output)}`
    }
  }
})

/**
 * Operations of a key-value store. A get answers the value, or `undefined` when the key is not
 * there; a delete whether it was there; a compare-and-set whether it did. Comparing with
 * `undefined` sets the key only when it is not there.
 */
export type KeyValueInput<Key, Value> =
  | { readonly _tag: "get"; readonly key: Key }
  | { readonly _tag: "put"; readonly key: Key; readonly value: Value }
  | { readonly _tag: "delete"; readonly key: Key }
  | {
      readonly _tag: "compareAndSet"
      readonly key: Key
      readonly from: Value | undefined
      readonly to: Value
    }

/** What operations of a key-value store answer. */
export type KeyValueOutput<Value> = Value | boolean | undefined

/** Values by the text of their key. */
export type KeyValueState<Value> = ReadonlyMap<string, Value>

/** A store of values by key, empty at first. Every key is judged alone. */
export const keyValue = <Key, Value>(): Model<
  KeyValueState<Value>,
  KeyValueInput<Key, Value>,
  KeyValueOutput<Value>
> => ({
  name: "key-value store",
  initial: new Map(),
  step: (state, input, output) => {
    const key = canonical(input.key)
    const value = state.get(key)
    switch (input._tag) {
      case "get":
        return stepTo(state, value, output)
      case "put":
        return Option.some(withKey(state, key, input.value))
      case "delete":
        return stepTo(withoutKey(state, key), state.has(key), output)
      case "compareAndSet": {
        const matches = same(value, input.from)
        return stepTo(matches ? withKey(state, key, input.to) : state, matches, output)
      }
    }
  },
  partition: (input) => canonical(input.key),
  changesNothing: (input, output) => input._tag === "get" || isRefusal(input, output),
  stateText: (state) =>
    [...state]
      .map(([key, value]) => `${key}=${canonical(value)}`)
      .sort()
      .join(","),
  operationText: (input, output) => {
    const key = shown(input.key)
    switch (input._tag) {
      case "get":
        return `get ${key}${answerText(output, "→ ?")}`
      case "put":
        return `put ${key} ${shown(input.value)}`
      case "delete":
        return `delete ${key}${answerText(output)}`
      case "compareAndSet": {
        const change = `${shown(input.from)} to ${shown(input.to)}`
        return `compare-and-set ${key} ${change}${answerText(output)}`
      }
    }
  }
})

/** The next state, unless someone saw another answer than the expected one. */
const stepTo = <State>(
  next: State,
  expected: unknown,
  output: Option.Option<unknown>
): Option.Option<State> =>
  Option.isSome(output) && !same(output.value, expected) ? Option.none() : Option.some(next)

/** Whether a conditional operation answered that it did nothing. */
const isRefusal = ({ _tag }: { readonly _tag: string }, output: Option.Option<unknown>): boolean =>
  (_tag === "compareAndSet" || _tag === "delete") && Option.isSome(output) && output.value === false

const withKey = <Value>(
  state: KeyValueState<Value>,
  key: string,
  value: Value
): KeyValueState<Value> => new Map(state).set(key, value)

const withoutKey = <Value>(state: KeyValueState<Value>, key: string): KeyValueState<Value> => {
  const next = new Map(state)
  next.delete(key)
  return next
}

const answerText = (output: Option.Option<unknown>, unseen?: string): string => {
  if (Option.isSome(output)) return ` → ${shown(output.value)}`
  return unseen === undefined ? "" : ` ${unseen}`
}

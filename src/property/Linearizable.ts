/**
 * Linearizability: every operation seems to take effect at one moment between its start and end.
 *
 * Owns what outcomes mean to the search, the judging of each part of the object by itself, and the
 * texts. An operation that ended `ok` took effect with that result; one that ended `fail` never
 * did; one that ended `info`, or not at all, took effect at any time after its start, or never.
 *
 * Judging parts apart is sound, as linearizability is local (Herlihy and Wing, 1990), and it is
 * what makes long histories cheap.
 */
import type { HistoryEntry } from "./History.ts"
import type { Model } from "./Model.ts"
import type { OfHistory } from "./OfHistory.ts"
import type { Placeable } from "./LinearizationSlots.ts"
import type { Verdict } from "./Verdict.ts"
import { Option } from "effect"
import { search } from "./LinearizationSearch.ts"
import * as OfHistoryKind from "./OfHistory.ts"
import { shownCharactersMax } from "./ValueText.ts"
import { holds, unknown, violated, worst } from "./Verdict.ts"

/** What an operation of the history is in the vocabulary of a model. */
export interface Operation<Input, Output> {
  readonly input: Input
  /**
   * Reads the model's output from the value of an `ok` outcome; it is not called for others.
   * Left out when the answer says nothing, as that of most writes.
   */
  readonly output?: ((value: unknown) => Output) | undefined
}

/** How many situations of one part's history the search looks into before it gives up. */
export const visitedStatesMaxDefault = 100_000

/** How many operations a counterexample names: the end of the prefix, and what does not fit. */
export const operationsShownMax = 3

/**
 * Declares that the history of a flight is linearizable. `operation` says what an entry means to
 * the model, or `undefined` for entries that are none of its business. A search that would visit
 * more than `visitedStatesMax` situations (default 100,000) in one part ends as unknown.
 *
 * @example
 * const Get = Schema.decodeUnknownSync(Schema.Struct({ key: Schema.String }))
 * const Put = Schema.decodeUnknownSync(Schema.Struct({ key: Schema.String, value: Schema.Int }))
 * const Read = Schema.decodeUnknownSync(Schema.UndefinedOr(Schema.Int))
 * Linearizable.make("the store is linearizable", {
 *   model: Model.keyValue<string, number>(),
 *   operation: ({ procedure, payload }) =>
 *     procedure === "get"
 *       ? { input: { _tag: "get", ...Get(payload) }, output: Read }
 *       : { input: { _tag: "put", ...Put(payload) } }
 * })
 */
export const make = <State, Input, Output>(
  name: string,
  options: {
    readonly model: Model<State, Input, Output>
    // Not inferred from at all, so that the model alone says what an operation may be.
    readonly operation: NoInfer<(entry: HistoryEntry) => Operation<Input, Output> | undefined>
    readonly visitedStatesMax?: number
  }
): OfHistory => {
  const { model, operation, visitedStatesMax = visitedStatesMaxDefault } = options
  return OfHistoryKind.make(name, (history) => {
    let verdict: Verdict = holds
    for (const [part, operations] of partsOf(model, operation, history)) {
      verdict = worst(verdict, judgePart(model, part, operations, visitedStatesMax))
      if (verdict._tag === "violated") break
    }
    return verdict
  })
}

/** The operations of each part of the object, in the order the parts were first used. */
const partsOf = <State, Input, Output>(
  model: Model<State, Input, Output>,
  operation: (entry: HistoryEntry) => Operation<Input, Output> | undefined,
  history: ReadonlyArray<HistoryEntry>
): ReadonlyMap<string | undefined, ReadonlyArray<Placeable<Input, Output>>> => {
  const parts = new Map<string | undefined, Array<Placeable<Input, Output>>>()
  for (const entry of history) {
    if (entry.outcome?._tag === "fail") continue
    const meaning = operation(entry)
    if (meaning === undefined) continue
    const placeable = placeableOf(entry, meaning)
    const part = model.partition(placeable.input)
    const operations = parts.get(part)
    if (operations === undefined) parts.set(part, [placeable])
    else operations.push(placeable)
  }
  return parts
}

const placeableOf = <Input, Output>(
  entry: HistoryEntry,
  { input, output }: Operation<Input, Output>
): Placeable<Input, Output> => {
  const { id, client, startedAt, outcome } = entry
  if (outcome?._tag !== "ok") {
    return { id, client, startedAt, endedAt: undefined, input, output: Option.none() }
  }
  return {
    id,
    client,
    startedAt,
    endedAt: entry.endedAt ?? Number.POSITIVE_INFINITY,
    input,
    output: output === undefined ? Option.none() : Option.some(output(outcome.value))
  }
}

const judgePart = <State, Input, Output>(
  model: Model<State, Input, Output>,
  part: string | undefined,
  operations: ReadonlyArray<Placeable<Input, Output>>,
  visitedStatesMax: number
): Verdict => {
  const result = search(model, operations, visitedStatesMax)
  const what = part === undefined ? `the ${model.name}` : `key ${shortened(part)}`
  switch (result._tag) {
    case "order":
      return holds
    case "spent":
      return unknown(
        `${what}: no order of ${operations.length} operations found ` +
          `in ${visitedStatesMax} states (visitedStatesMax)`
      )
    case "none": {
      const text = (operation: Placeable<Input, Output>): string =>
        `${model.operationText(operation.input, operation.output)} (${operation.id})`
      const prefix = result.prefix.map(text)
      const shownPrefix = prefix.slice(-operationsShownMax).join(", ")
      const after = prefix.length > operationsShownMax ? `…, ${shownPrefix}` : shownPrefix
      const unplaced = result.unplaced.map(text)
      const moreCount = unplaced.length - operationsShownMax
      const more = moreCount > 0 ? ` or ${moreCount} more` : ""
      const place = `no place for ${unplaced.slice(0, operationsShownMax).join(", ")}${more}`
      return violated({
        subject: model.name,
        expected: `${what} is linearizable`,
        actual: prefix.length === 0 ? place : `${place} after ${after}`
      })
    }
  }
}

const shortened = (text: string): string =>
  text.length <= shownCharactersMax ? text : `${text.slice(0, shownCharactersMax - 1)}…`

/**
 * The search for an order: one part of one object, its overlapping operations, and a model.
 *
 * Wing and Gong (1993): place, again and again, any operation that nothing unplaced precedes, and
 * go back when none fits. With Lowe's memory (Testing for linearizability, 2017): what was once
 * reached is never explored again. Iterative, so long histories do not overflow the stack.
 *
 * Ours is the treatment of operations nobody saw the end of, which need not be placed at all. A
 * situation is as good as another with the same state and the same required operations placed, if
 * it has used a part of the other's optional ones. So of such situations only the thriftiest are
 * explored, and an optional operation is placed only if the next one notices it. And a required
 * operation that fits and leaves every state as it is, as a read does, is placed at once and for
 * good: in any order that explains the rest it might as well come first.
 *
 * Plain mutable code inside. Owns no histories and no texts: see Linearizable.
 */
import { Option } from "effect"
import type { Model } from "./Model.ts"
import type { Placeable, Slot, Slots } from "./LinearizationSlots.ts"
import { candidatesOf, isOpen, putBack, slotsOf, take } from "./LinearizationSlots.ts"

/** How a search ended. */
export type SearchResult<Input, Output> =
  /** These, one at a time in this order, explain everything seen. */
  | { readonly _tag: "order"; readonly order: ReadonlyArray<Placeable<Input, Output>> }
  /**
   * No order does. `prefix` is an order that explains as much as any; after it none of
   * `unplaced` fits, although one of them would have to come next.
   */
  | {
      readonly _tag: "none"
      readonly prefix: ReadonlyArray<Placeable<Input, Output>>
      readonly unplaced: ReadonlyArray<Placeable<Input, Output>>
    }
  /** The budget of visited states was spent. */
  | { readonly _tag: "spent" }

/** A situation of the search: what was placed to get here, and what is still to be tried. */
interface Frame<State, Input, Output> {
  /** What was placed last; `undefined` at the beginning. */
  readonly slot: Slot<Input, Output> | undefined
  readonly parent: Frame<State, Input, Output> | undefined
  readonly state: State
  readonly stateText: string
  readonly requiredPlaced: number
  /** The highest index of a required slot placed so far. */
  readonly indexMax: number
  /** The optional slots placed so far, as bits. */
  readonly optionalPlaced: bigint
  readonly candidates: ReadonlyArray<Slot<Input, Output>>
  cursor: number
}

/**
 * Looks for an order of `operations`, given in the order they began, that `model` accepts.
 * `visitedStatesMax` bounds the situations that are looked into; when it is reached, `spent`.
 *
 * Two operations of one client follow each other even if the second starts in the microsecond in
 * which the first ended; operations of different clients that touch like this overlap.
 */
export const search = <State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: ReadonlyArray<Placeable<Input, Output>>,
  visitedStatesMax: number
): SearchResult<Input, Output> => {
  const slots = slotsOf(operations)
  const run: Run<State, Input, Output> = { model, slots, isNew: makeMemory() }
  let frame: Frame<State, Input, Output> | undefined = firstFrame(run)
  let furthest = frame
  let furthestRequired = -1
  let unplaced: ReadonlyArray<Slot<Input, Output>> = []
  let visitedStates = 0

  while (frame !== undefined) {
    if (frame.requiredPlaced === slots.requiredCount) {
      return { _tag: "order", order: placedUpTo(frame) }
    }
    const slot: Slot<Input, Output> | undefined = frame.candidates[frame.cursor]
    frame.cursor += 1
    if (slot !== undefined) {
      const next: Frame<State, Input, Output> | undefined = place(run, frame, slot)
      if (next === undefined) continue
      visitedStates += 1
      if (visitedStates > visitedStatesMax) return { _tag: "spent" }
      frame = next
      continue
    }
    if (frame.requiredPlaced > furthestRequired) {
      furthestRequired = frame.requiredPlaced
      furthest = frame
      unplaced = frame.candidates.filter((other) => other.isRequired && isOpen(other))
    }
    if (frame.slot !== undefined) putBack(slots, frame.slot)
    frame = frame.parent
  }
  return {
    _tag: "none",
    prefix: placedUpTo(withoutOptionalEnd(furthest)),
    unplaced: unplaced.map(({ operation }) => operation)
  }
}

/** What stays the same throughout a search. */
interface Run<State, Input, Output> {
  readonly model: Model<State, Input, Output>
  readonly slots: Slots<Input, Output>
  readonly isNew: (situation: string, optionalPlaced: bigint) => boolean
}

const firstFrame = <State, Input, Output>({
  isNew,
  model,
  slots
}: Run<State, Input, Output>): Frame<State, Input, Output> => {
  const stateText = model.stateText(model.initial)
  isNew(situationText(slots, -1, stateText), 0n)
  return {
    slot: undefined,
    parent: undefined,
    state: model.initial,
    stateText,
    requiredPlaced: 0,
    indexMax: -1,
    optionalPlaced: 0n,
    candidates: worthTrying(model, slots, model.initial),
    cursor: 0
  }
}

/** The candidates, or the one among them that may be placed for good. */
const worthTrying = <State, Input, Output>(
  model: Model<State, Input, Output>,
  slots: Slots<Input, Output>,
  state: State
): ReadonlyArray<Slot<Input, Output>> => {
  const candidates = candidatesOf(slots)
  for (const slot of candidates) {
    const { input, output } = slot.operation
    if (!slot.isRequired || !isOpen(slot) || !model.changesNothing(input, output)) continue
    if (Option.isSome(model.step(state, input, output))) return [slot]
  }
  return candidates
}

/** Places a slot, unless it does not fit, makes no difference, or leads where we have been. */
const place = <State, Input, Output>(
  { isNew, model, slots }: Run<State, Input, Output>,
  frame: Frame<State, Input, Output>,
  slot: Slot<Input, Output>
): Frame<State, Input, Output> | undefined => {
  if (!isOpen(slot)) return undefined
  const { input, output } = slot.operation
  const stepped = model.step(frame.state, input, output)
  if (Option.isNone(stepped)) return undefined
  const stateText = model.stateText(stepped.value)
  const { parent } = frame
  if (parent !== undefined && frame.slot?.isRequired === false) {
    // Would it all be the same without the optional operation placed just before?
    const without = model.step(parent.state, input, output)
    if (Option.isSome(without) && model.stateText(without.value) === stateText) return undefined
  }
  const indexMax = slot.isRequired ? Math.max(frame.indexMax, slot.index) : frame.indexMax
  const optionalBit = slot.isRequired ? 0n : 1n << BigInt(slot.index)
  const optionalPlaced = frame.optionalPlaced | optionalBit
  take(slots, slot)
  if (!isNew(situationText(slots, indexMax, stateText), optionalPlaced)) {
    putBack(slots, slot)
    return undefined
  }
  return {
    slot,
    parent: frame,
    state: stepped.value,
    stateText,
    requiredPlaced: frame.requiredPlaced + (slot.isRequired ? 1 : 0),
    indexMax,
    optionalPlaced,
    candidates: worthTrying(model, slots, stepped.value),
    cursor: 0
  }
}

const placedUpTo = <State, Input, Output>(
  last: Frame<State, Input, Output>
): ReadonlyArray<Placeable<Input, Output>> => {
  const order: Array<Placeable<Input, Output>> = []
  for (let frame = last; frame.slot !== undefined && frame.parent !== undefined;) {
    order.push(frame.slot.operation)
    frame = frame.parent
  }
  return order.reverse()
}

const withoutOptionalEnd = <State, Input, Output>(
  last: Frame<State, Input, Output>
): Frame<State, Input, Output> => {
  let frame = last
  while (frame.slot?.isRequired === false && frame.parent !== undefined) frame = frame.parent
  return frame
}

/**
 * Which required slots are placed, and the state. Told by the highest one placed and the ones
 * below it that are not: those overlap, so there are never more of them than clients.
 */
const situationText = <Input, Output>(
  slots: Slots<Input, Output>,
  indexMax: number,
  stateText: string
): string => {
  let text = String(indexMax)
  for (let slot = slots.first; slot !== undefined; slot = slot.next) {
    if (slot.index > indexMax) break
    text += `,${slot.index}`
  }
  return `${text} ${stateText}`
}

/** Remembers situations; answers whether one is new, and not dominated by a remembered one. */
const makeMemory = (): ((situation: string, optionalPlaced: bigint) => boolean) => {
  const thriftiest = new Map<string, ReadonlyArray<bigint>>()
  return (situation, optionalPlaced) => {
    const known = thriftiest.get(situation) ?? []
    if (known.some((other) => (other & optionalPlaced) === other)) return false
    const kept = known.filter((other) => (other & optionalPlaced) !== optionalPlaced)
    thriftiest.set(situation, [...kept, optionalPlaced])
    return true
  }
}

/**
 * The operations of a search for an order: which may come next, taking one and putting it back.
 *
 * Owns what precedes what. Plain mutable code for LinearizationSearch alone: what is required and
 * not yet placed is a doubly linked list, from which slots are taken and put back like cards
 * (Knuth's dancing links), the latest first.
 */
import type { Option } from "effect"
import { canonical } from "./ValueText.ts"

/** An operation to be placed between its start and its end. Times in virtual microseconds. */
export interface Placeable<Input, Output> {
  readonly id: string
  readonly client: string
  readonly startedAt: number
  /**
   * `undefined`: nobody saw the end. It may take effect at any time after its start, or never.
   */
  readonly endedAt: number | undefined
  readonly input: Input
  /** None when nobody saw it. */
  readonly output: Option.Option<Output>
}

/** An operation while the search runs. */
export interface Slot<Input, Output> {
  readonly operation: Placeable<Input, Output>
  readonly isRequired: boolean
  /** Place among the slots of its kind, in order of their starts. */
  readonly index: number
  /** Places of its start and end among all starts and ends; infinite when nobody saw its end. */
  readonly startPosition: number
  readonly endPosition: number
  /** What the same client had finished when it started this one: it has to be placed before. */
  readonly follows: Slot<Input, Output> | undefined
  /** The optional slot before this one that asks for the same: one is as good as the other. */
  readonly twin: Slot<Input, Output> | undefined
  placed: boolean
  /** Neighbours among the required slots that are not placed, in order of their starts. */
  previous: Slot<Input, Output> | undefined
  next: Slot<Input, Output> | undefined
}

/** What is to be placed: required slots are linked, and the first is found here. */
export interface Slots<Input, Output> {
  first: Slot<Input, Output> | undefined
  readonly requiredCount: number
  readonly optional: ReadonlyArray<Slot<Input, Output>>
}

/**
 * Makes the slots of operations. Starts and ends are put in order of time; at one instant
 * starts come first, so that touching operations overlap.
 */
export const slotsOf = <Input, Output>(
  operations: ReadonlyArray<Placeable<Input, Output>>
): Slots<Input, Output> => {
  const edges = operations.flatMap((operation, place) => [
    { time: operation.startedAt, isEnd: false, place },
    { time: operation.endedAt ?? Number.POSITIVE_INFINITY, isEnd: true, place }
  ])
  edges.sort(
    (left, right) =>
      compare(left.time, right.time) ||
      Number(left.isEnd) - Number(right.isEnd) ||
      left.place - right.place
  )
  const endPositions = new Map<number, number>()
  edges.forEach(({ isEnd, place }, position) => {
    if (isEnd) endPositions.set(place, position)
  })

  const required: Array<Slot<Input, Output>> = []
  const optional: Array<Slot<Input, Output>> = []
  const lastByClient = new Map<string, Slot<Input, Output>>()
  const lastByInput = new Map<string, Slot<Input, Output>>()
  edges.forEach(({ isEnd, place }, startPosition) => {
    const operation = operations[place]
    if (isEnd || operation === undefined) return
    const isRequired = operation.endedAt !== undefined
    const inputText = isRequired ? "" : canonical(operation.input)
    const last = lastByClient.get(operation.client)
    const hadEnded = (last?.operation.endedAt ?? Number.POSITIVE_INFINITY) <= operation.startedAt
    const previous = isRequired ? required.at(-1) : undefined
    const slot: Slot<Input, Output> = {
      operation,
      isRequired,
      index: isRequired ? required.length : optional.length,
      startPosition,
      endPosition: isRequired
        ? (endPositions.get(place) ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY,
      follows: hadEnded ? last : undefined,
      twin: isRequired ? undefined : lastByInput.get(inputText),
      placed: false,
      previous,
      next: undefined
    }
    if (previous !== undefined) previous.next = slot
    if (isRequired) {
      required.push(slot)
      lastByClient.set(operation.client, slot)
    } else {
      optional.push(slot)
      lastByInput.set(inputText, slot)
    }
  })
  return { first: required[0], requiredCount: required.length, optional }
}

const compare = (left: number, right: number): number => (left < right ? -1 : left > right ? 1 : 0)

/**
 * The slots that nothing unplaced precedes: required ones first, as few of the optional ones are
 * needed for an explanation.
 */
export const candidatesOf = <Input, Output>(
  slots: Slots<Input, Output>
): ReadonlyArray<Slot<Input, Output>> => {
  const candidates: Array<Slot<Input, Output>> = []
  let endPositionMin = Number.POSITIVE_INFINITY
  for (let slot = slots.first; slot !== undefined; slot = slot.next) {
    if (slot.startPosition > endPositionMin) break
    endPositionMin = Math.min(endPositionMin, slot.endPosition)
    candidates.push(slot)
  }
  for (const slot of slots.optional) {
    if (slot.startPosition > endPositionMin) break
    if (!slot.placed) candidates.push(slot)
  }
  return candidates
}

/** Whether a slot may be placed as far as its client and its twin are concerned. */
export const isOpen = (slot: Slot<unknown, unknown>): boolean => {
  if (!clientAllows(slot)) return false
  return slot.twin === undefined || slot.twin.placed || !clientAllows(slot.twin)
}

const clientAllows = ({ follows }: Slot<unknown, unknown>): boolean =>
  follows === undefined || follows.placed

/** Places a slot. */
export const take = <Input, Output>(
  slots: Slots<Input, Output>,
  slot: Slot<Input, Output>
): void => {
  slot.placed = true
  if (!slot.isRequired) return
  if (slot.previous === undefined) slots.first = slot.next
  else slot.previous.next = slot.next
  if (slot.next !== undefined) slot.next.previous = slot.previous
}

/** Undoes the latest `take` that is not undone: the slot still knows its neighbours. */
export const putBack = <Input, Output>(
  slots: Slots<Input, Output>,
  slot: Slot<Input, Output>
): void => {
  slot.placed = false
  if (!slot.isRequired) return
  if (slot.previous === undefined) slots.first = slot
  else slot.previous.next = slot
  if (slot.next !== undefined) slot.next.previous = slot
}

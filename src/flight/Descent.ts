/**
 * One way down from a failing candidate: takes away operations, faults and deviations, then makes
 * smaller what is left, until nothing more can go.
 *
 * Owns the candidate and the order of steps. A step is accepted only when the flight fails with the
 * same signature. Keyed choices make this work: taking one operation away leaves every choice that
 * it did not cause as it was.
 */
import { Effect, Result } from "effect"
import { type Deviation, kinds } from "../turbulence/ChoicePoint.ts"
import * as Entropy from "../turbulence/Entropy.ts"
import type { DrawnFault } from "../turbulence/FaultPlan.ts"
import * as Generate from "../turbulence/Generate.ts"
import { mix } from "../turbulence/Seed.ts"
import type { DrawnOperation } from "./Draw.ts"
import { signatureOf } from "./Explore.ts"
import * as Flight from "./Flight.ts"
import { minimizeList, minimizeNumber } from "./Minimize.ts"
import type { WindTunnel } from "./WindTunnel.ts"
import * as Workload from "./Workload.ts"

/** A cause of a failure that can still be made smaller. */
export interface Candidate {
  readonly operations: ReadonlyArray<DrawnOperation>
  readonly faults: ReadonlyArray<DrawnFault>
  readonly deviations: ReadonlyArray<Deviation>
}

/** How much work shrinking may take. */
export interface Budget {
  /** Flights; the bound that makes shrinking the same on every machine. */
  readonly flightsMax: number
  /** Asked before each flight: false ends the shrinking with what it has. */
  readonly mayContinue: () => boolean
}

/** How many smaller values of one operation or fault are tried before the next. */
const triesMax = 12

/** What shrinking came to. */
export interface Shrunk {
  readonly candidate: Candidate
  readonly flights: number
  /** Nothing more could be taken away; false when the budget ended it. */
  readonly isMinimal: boolean
}

/** Flies a candidate with everything it does not list calm. */
export const flyCandidate = (
  tunnel: WindTunnel,
  seed: number,
  candidate: Candidate,
  isRecorded: boolean
): Effect.Effect<{
  readonly flown: Flight.Flown
  readonly entropy: Entropy.StoredEntropy
}> => {
  const entropy = Entropy.fromDeviations(candidate.deviations)
  const flying = Flight.fly({
    scenario: tunnel,
    seed,
    operations: candidate.operations.map(({ operation }) => operation),
    faults: candidate.faults.map(({ fault }) => fault),
    entropy,
    isRecorded
  })
  return Effect.map(flying, (flown) => ({ flown, entropy }))
}

/** How often values are made smaller, each time followed by taking away what that made needless. */
const roundsMax = 4

/** How many steps down a value takes in one round: where failing is luck they are tiny. */
const stepsMax = 24

/** A list in the order of an attempt: the first keeps it as it is. */
const inOrderOf = <A>(attempt: number, seed: number, list: ReadonlyArray<A>): ReadonlyArray<A> => {
  if (attempt === 0) return list
  const rank = (index: number): number => mix(mix(seed, attempt), index) >>> 0
  return list
    .map((value, index) => ({ value, rank: rank(index) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value)
}

/** One way down from the start, until nothing more can be taken away. */
export const descent = Effect.fnUntraced(function* (
  tunnel: WindTunnel,
  seed: number,
  start: Candidate,
  signature: string,
  budget: Budget,
  attempt: number
): Effect.fn.Return<Shrunk> {
  let best = start
  let flights = 0
  let accepted = 0
  let isStopped = false
  // When each operation began in the flight that failed last.
  let startedAt: ReadonlyMap<string, number> = new Map()

  /** Flies a candidate; when it fails in the same way it is the new best. */
  const accept = Effect.fnUntraced(function* (
    candidate: Candidate
  ): Effect.fn.Return<"fails" | "passes" | "stop"> {
    // Signals and messages of the outer world get in between two flights.
    yield* Effect.yieldNow
    if (flights >= budget.flightsMax || !budget.mayContinue()) {
      isStopped = true
      return "stop"
    }
    flights++
    const { entropy, flown } = yield* flyCandidate(tunnel, seed, candidate, false)
    const { violation } = flown
    if (violation === undefined || signatureOf(violation) !== signature) return "passes"
    accepted++
    startedAt = new Map(flown.history.map((entry) => [entry.id, entry.startedAt]))
    // What the flight did not come to had no part in it.
    const unreached = new Set(entropy.unreached())
    best =
      unreached.size === 0
        ? candidate
        : {
            ...candidate,
            deviations: candidate.deviations.filter((each) => !unreached.has(each))
          }
    return "fails"
  })

  /** Takes away what it can of a list. The flight gets what is left in the list's own order. */
  const fewer = <A>(
    list: ReadonlyArray<A>,
    withList: (list: ReadonlyArray<A>) => Candidate
  ): Effect.Effect<unknown> => {
    const position = new Map(list.map((value, index) => [value, index]))
    const at = (value: A): number => position.get(value) ?? 0
    return minimizeList(inOrderOf(attempt, seed, list), (left) =>
      accept(withList([...left].sort((one, other) => at(one) - at(other))))
    )
  }
  const fewerOperations = () => fewer(best.operations, (operations) => ({ ...best, operations }))
  /**
   * Takes away operations that only kept their client busy: what it did afterwards is then meant to
   * start when it did start.
   */
  const fewerBusy = Effect.fnUntraced(function* () {
    for (const busy of best.operations) {
      const found = best.operations.find(({ index }) => index === busy.index)
      const from = startedAt.get(busy.operation.id)
      if (found === undefined || from === undefined || isStopped) continue
      yield* accept({
        ...best,
        operations: best.operations
          .filter((each) => each !== found)
          .map((each) => unhindered(each, found, from, startedAt.get(each.operation.id)))
      })
    }
  })
  /** Takes away delays of an operation's own request: it starts so much later instead. */
  const fewerDelays = Effect.fnUntraced(function* () {
    for (const delay of best.deviations) {
      const late = best.operations.find(({ operation }) => isDelayOf(operation.id, delay))
      if (late === undefined || isStopped) continue
      const { operation } = late
      const atMs = operation.atMs + Math.ceil(delay.outcome / 1000)
      yield* accept({
        ...best,
        operations: best.operations.map((each) =>
          each === late ? { ...each, operation: { ...operation, atMs } } : each
        ),
        deviations: best.deviations.filter((each) => each !== delay)
      })
    }
  })
  const fewerFaults = () => fewer(best.faults, (faults) => ({ ...best, faults }))
  const fewerDeviations = () => fewer(best.deviations, (deviations) => ({ ...best, deviations }))

  /** Walks down a tree of smaller values: the first that still fails becomes the new value. */
  const descend = Effect.fnUntraced(function* <A>(
    value: A,
    smaller: (value: A) => ReadonlyArray<A>,
    withValue: (value: A) => Candidate
  ): Effect.fn.Return<void> {
    let current: A | undefined = value
    for (let step = 0; step < stepsMax; step++) {
      let next: A | undefined
      for (const candidate of smaller(current)) {
        if ((yield* accept(withValue(candidate))) !== "fails") continue
        next = candidate
        break
      }
      if (next === undefined || isStopped) return
      current = next
    }
  })

  const smallerOperations = Effect.fnUntraced(function* () {
    for (const { operation } of best.operations) {
      const { id } = operation
      const found = best.operations.find((each) => each.operation.id === id)
      if (found === undefined) continue
      yield* descend(
        found,
        (operation) => smallerOperation(tunnel, operation),
        (operation) => ({
          ...best,
          operations: best.operations.map((each) => (each.operation.id === id ? operation : each))
        })
      )
    }
  })

  const smallerFaults = Effect.fnUntraced(function* () {
    for (const { fault } of best.faults) {
      const found = best.faults.find((each) => each.fault.id === fault.id)
      if (found === undefined) continue
      yield* descend(found, smallerFault, (smaller) => ({
        ...best,
        faults: best.faults.map((each) => (each.fault.id === fault.id ? smaller : each))
      }))
    }
  })

  const calmerDeviations = Effect.fnUntraced(function* () {
    for (const deviation of best.deviations) {
      if (kinds[deviation.kind].spread !== "wide" || deviation.outcome <= 1) continue
      yield* minimizeNumber(1, deviation.outcome, (outcome) =>
        accept({
          ...best,
          deviations: best.deviations.map((each) =>
            each.key === deviation.key ? { ...each, outcome } : each
          )
        })
      )
    }
  })

  // Every second attempt begins with the deviations: fewer of them may make operations needless.
  const lists = [fewerFaults, fewerOperations, fewerDeviations]
  if (attempt % 2 === 1) lists.reverse()
  const takeAway = Effect.fnUntraced(function* () {
    let before: number
    do {
      before = accepted
      for (const fewerOfList of lists) yield* fewerOfList()
      if (best.operations.length > 1) yield* fewerBusy()
      yield* fewerDelays()
    } while (accepted !== before && !isStopped)
  })
  yield* takeAway()
  for (let round = 0; round < roundsMax && !isStopped; round++) {
    const before = accepted
    yield* smallerFaults()
    yield* smallerOperations()
    yield* calmerDeviations()
    if (accepted === before) break
    yield* takeAway()
  }
  return { candidate: best, flights, isMinimal: !isStopped }
})

/** Whether a deviation only makes the request of an operation arrive later. */
const isDelayOf = (id: string, { kind, path }: Deviation): boolean => {
  const [operation, request, ...further] = path.split(" › ")
  const isRequest = operation === `operation ${id}` && request?.startsWith("client-") === true
  return isRequest && further.length === 0 && (kind === "delay" || kind === "reorder")
}

/** An operation, meant to start when it did if its client was busy with another one before it. */
const unhindered = (
  each: DrawnOperation,
  busy: DrawnOperation,
  busyFrom: number,
  began: number | undefined
): DrawnOperation => {
  const { operation } = each
  const hasWaited = began !== undefined && began > Math.max(busyFrom, operation.atMs * 1000)
  if (!hasWaited || operation.client !== busy.operation.client) return each
  return { ...each, operation: { ...operation, atMs: Math.ceil(began / 1000) } }
}

const smallerOperation = (
  tunnel: WindTunnel,
  operation: DrawnOperation
): ReadonlyArray<DrawnOperation> => {
  const { workload } = tunnel
  const { arbitrary, index } = operation
  const { phase } = operation.operation
  return Generate.smaller(arbitrary, operation.drawn, triesMax).flatMap((drawn) => {
    const recorded = Workload.toRecorded(workload, index, drawn.value, phase)
    if (Result.isFailure(recorded)) return []
    return [{ index, operation: recorded.success, drawn, arbitrary }]
  })
}

const smallerFault = (fault: DrawnFault): ReadonlyArray<DrawnFault> =>
  Generate.smaller(fault.arbitrary, fault.drawn, triesMax).map((drawn) => ({
    ...fault,
    drawn,
    fault: drawn.value
  }))

/**
 * The requests of a load, made one after the other while it is flown.
 *
 * Owns which request comes when, from whom, and what part of the flight it belongs to, which its id
 * says: `w-3` of the warm-up (and of anything else that is not measured), `o-3` measured, `t-1` the
 * call of a trigger. Every request is drawn from a stream of its own.
 */
import { Result } from "effect"
import type { Arrival, Source } from "../flight/Generator.ts"
import type * as Operation from "../flight/Operation.ts"
import { prepareOne } from "../flight/Running.ts"
import * as Workload from "../flight/Workload.ts"
import type { HistoryEntry } from "../property/History.ts"
import * as Generate from "../turbulence/Generate.ts"
import { hashText, mix } from "../turbulence/Seed.ts"
import * as Arrivals from "./Arrivals.ts"
import type { Load } from "./Load.ts"
import * as Pace from "./Pace.ts"

/** When things happen, in microseconds since the load began. */
export interface Timetable {
  readonly pace: Pace.Pace
  /** Requests meant to begin from here on are measured, ... */
  readonly fromMicros: number
  /** ... and here the load ends. */
  readonly untilMicros: number
  /** A call of a trigger, and when. */
  readonly call: { readonly operation: Operation.Operation; readonly atMicros: number } | undefined
}

/** A source of requests under way. */
export interface LoadSource extends Source {
  /** When the load began; `undefined` before. */
  readonly begunAt: () => number | undefined
  /** Why it could not make the requests it should have; `undefined` while it can. */
  readonly shortage: () => string | undefined
  /** An error of the scenario's author: a payload that does not fit. */
  readonly authorError: () => string | undefined
}

/** Whether a request is one of those that are measured. */
export const isMeasured = ({ id }: Pick<HistoryEntry, "id">): boolean => id.startsWith("o-")

/** A number in (0, 1) for an index of a stream, with 32 bits. */
const uniformOf =
  (seed: number, stream: string) =>
  (index: number): number =>
    ((mix(mix(seed, hashText(stream)), index) >>> 0) + 0.5) / 0x1_0000_0000

/** Makes the source of a probe of this seed. */
export const make = (load: Load, timetable: Timetable, seed: number): LoadSource => {
  const { arrivals, workload } = load
  const { call, fromMicros, pace, untilMicros } = timetable
  const uniform = uniformOf(seed, "arrivals")
  const userOf = new Map<string, number>()
  let begunAt: number | undefined
  let shortage: string | undefined
  let authorError: string | undefined
  let index = 0

  const prepared = (id: string, atMicros: number, client: number, element: Workload.Element) => {
    const at = { ...element, client, atMs: 0 }
    const recorded = Workload.toRecorded(workload, 0, at)
    if (Result.isFailure(recorded)) {
      authorError ??= recorded.failure.message
      return undefined
    }
    const operation = { ...recorded.success, id, atMs: atMicros / 1_000 }
    const one = prepareOne(workload, operation)
    if (Result.isFailure(one)) authorError ??= one.failure
    return Result.isSuccess(one) ? one.success : undefined
  }

  /** Draws a request; what its arbitrary throws is its author's error. */
  const attempt = <A>(id: string, make: () => A): A | undefined => {
    try {
      return make()
    } catch (thrown) {
      const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
      authorError ??= `the arbitrary that draws operation ${id} of the load threw ${what}`
      return undefined
    }
  }

  /** The request that comes so long after the beginning of the load; none after its end. */
  const request = (afterMicros: number, client: number | undefined): Arrival | undefined => {
    const begun = begunAt ?? 0
    if (afterMicros >= untilMicros || authorError !== undefined) return undefined
    const id = `${afterMicros >= fromMicros ? "o" : "w"}-${++index}`
    const atMicros = Math.round(begun + afterMicros)
    const made = attempt(id, () => {
      const { value } = Generate.draw(workload.element, seed, `operation ${index}`, "plain")
      return prepared(id, atMicros, client ?? value.client, value)
    })
    return made && { atMicros, prepared: made }
  }

  const triggered = (): ReadonlyArray<Arrival> => {
    if (call === undefined) return []
    const choice = workload.choices.findIndex(({ operation }) => operation === call.operation)
    const atMicros = Math.round((begunAt ?? 0) + call.atMicros)
    const made = attempt("t-1", () => {
      const { value: payload } = Generate.draw(call.operation.payload, seed, "trigger")
      return prepared("t-1", atMicros, 0, { client: 0, atMs: 0, choice, payload })
    })
    return made === undefined ? [] : [{ atMicros, prepared: made }]
  }

  const open = (times: () => number | undefined): Source => {
    const next = (): Arrival | undefined => {
      const time = times()
      if (time === undefined) {
        shortage ??= `the trace ended after ${index} requests, before the load did`
        return undefined
      }
      return request(Pace.timeOf(pace, time), undefined)
    }
    return {
      first: () => {
        const first = next()
        return [...(first === undefined ? [] : [first]), ...triggered()]
      },
      following: ({ operation }) => (operation.id === "t-1" ? undefined : next()),
      afterEnd: () => undefined
    }
  }

  const closed = (users: number, thinkMicros: number): Source => {
    const ofUser = (user: number, afterMicros: number): Arrival | undefined => {
      const arrival = request(afterMicros, user % workload.clients)
      if (arrival !== undefined) userOf.set(arrival.prepared.operation.id, user)
      return arrival
    }
    return {
      // Users do not all begin at once: their first requests are spread over the time of a thought.
      first: () => [
        ...Array.from({ length: users }, (_, user) =>
          ofUser(user, uniform(user) * Math.max(thinkMicros, 1_000))
        ).filter((arrival) => arrival !== undefined),
        ...triggered()
      ],
      following: () => undefined,
      afterEnd: ({ operation }, now) => {
        const user = userOf.get(operation.id)
        userOf.delete(operation.id)
        // The answer has to be read: nobody asks again at the very moment that it comes.
        const after = now - (begunAt ?? 0) + Math.max(1, thinkMicros)
        return user === undefined ? undefined : ofUser(user, after)
      }
    }
  }

  const source =
    arrivals._tag === "users"
      ? closed(arrivals.users, arrivals.thinkMicros)
      : open(Arrivals.times(arrivals, uniform))
  return {
    ...source,
    first: (now) => {
      begunAt = now
      return source.first(now)
    },
    begunAt: () => begunAt,
    shortage: () => shortage,
    authorError: () => authorError
  }
}

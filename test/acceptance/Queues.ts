/**
 * Queues whose limits are known from textbooks, built as systems with the public API, and how to
 * find their breaking points.
 *
 * Clients call a desk over links of half a millisecond each way, and the desk's cores do the work:
 * what a request takes is the time in the queue and the way there and back. Work is drawn with
 * Effect's Random, as any code of users would. Formulas are in `test/stress/Queues.ts`.
 */
import { Effect, Random, Result } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import {
  Arrivals,
  BreakingPoint,
  Contract,
  Level,
  Load,
  Operation,
  Service,
  System,
  Use,
  Work
} from "downforce"
import * as Formulas from "../stress/Queues.ts"

/** How long each probe is. */
export interface Size {
  readonly warmUpSeconds: number
  readonly measureSeconds: number
}

/** A queue, the limit that a textbook gives, and its breaking point to be found. */
export interface Queue {
  readonly name: string
  /** What is owed, in the words of the report. */
  readonly level: string
  /** The load, in requests a second, at which the level is on average just what is allowed. */
  readonly limit: number
  readonly breakingPoint: BreakingPoint.BreakingPoint
}

class Desk extends Contract.make<Desk>()("Desk", RpcGroup.make(Rpc.make("serve"))) {}
class Till extends Contract.make<Till>()("Till", RpcGroup.make(Rpc.make("pay"))) {}

/** All queues together serve so many requests a second. */
const rate = 100
const meanMillis = 1_000 / rate

/** There and back over one link, in seconds. */
const tripSeconds = 0.001

/** Work of exponential length. */
const drawnWork = (millis: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (uniform) => Work.spend(-Math.log(1 - uniform) * millis))

const serve = Operation.make(Desk, "serve", fc.constant(undefined))

/** What a node of a desk has. */
interface Capacity {
  readonly cores: number
  readonly slots?: number
  readonly queueMax?: number
}

const desk = (capacity: Capacity, work: Effect.Effect<void>) =>
  Service.make("desk", {
    provides: Desk,
    capacity,
    handlers: Effect.succeed(Desk.of({ serve: () => work }))
  })

const single = System.make("m-m-1", { services: [desk({ cores: 1 }, drawnWork(meanMillis))] })

const servers = 3
const several = System.make("m-m-3", {
  services: [desk({ cores: servers }, drawnWork(meanMillis * servers))]
})

const regular = System.make("m-d-1", {
  services: [desk({ cores: 1 }, Work.spend(meanMillis))]
})

/** How many are at the desk at most, the one that is served among them. */
const places = 5
const bounded = System.make("m-m-1-5", {
  services: [desk({ cores: 1, slots: 1, queueMax: places - 1 }, drawnWork(meanMillis))]
})

const tandem = System.make("tandem", {
  services: [
    Service.make("desk", {
      provides: Desk,
      uses: { till: Use.make(Till) },
      capacity: { cores: 1 },
      handlers: Effect.gen(function* () {
        const till = yield* Till
        const work = drawnWork(meanMillis)
        return Desk.of({ serve: () => Effect.andThen(work, Effect.orDie(till.pay())) })
      })
    }),
    Service.make("till", {
      provides: Till,
      capacity: { cores: 1 },
      handlers: Effect.succeed(Till.of({ pay: () => drawnWork(meanMillis) }))
    })
  ]
})

/** A level of latency; its bound is in seconds, without the way there and back. */
const latency = (trips: number, { allowed, bound }: Omit<Formulas.Level, "name">): Level.Level =>
  Level.latency({
    percentile: 100 - 100 * allowed,
    atMost: `${Math.round((bound + trips * tripSeconds) * 1_000_000)} micros`
  })

const breakingPointOf = (
  system: System.System,
  level: Level.Level,
  { measureSeconds, warmUpSeconds }: Size
): BreakingPoint.BreakingPoint =>
  // Checked and not made: which of the systems it is, the type checker cannot know.
  Result.getOrThrow(
    BreakingPoint.check("request rate", {
      axis: { unit: "requests/s", min: rate / 5, max: 1.4 * rate },
      at: (requestRate) => ({
        system,
        load: Load.make({
          operation: serve,
          arrivals: Arrivals.poisson(requestRate),
          warmUp: `${warmUpSeconds} seconds`,
          measure: `${measureSeconds} seconds`,
          drain: "1 second"
        })
      }),
      levels: [level]
    })
  )

/** All five, with probes of a size. The share of requests that may be slow keeps probes short. */
export const all = (size: Size): ReadonlyArray<Queue> => {
  const named = { name: "", allowed: 0.1 }
  const ofSingle = { ...named, bound: 0.1 }
  const ofSeveral = { ...named, bound: 0.15, allowed: 0.05 }
  const ofRegular = { ...named, bound: 0.05 }
  const ofTandem = { ...named, bound: 0.12 }
  const ofBounded = { ...named, bound: Infinity, allowed: 0.05 }
  const queue = (
    name: string,
    system: System.System,
    level: Level.Level,
    limit: number
  ): Queue => ({
    name,
    level: level.name,
    limit,
    breakingPoint: breakingPointOf(system, level, size)
  })
  return [
    queue("M/M/1", single, latency(1, ofSingle), Formulas.limitOfMarkov(rate, ofSingle)),
    queue(
      `M/M/${servers}`,
      several,
      latency(1, ofSeveral),
      Formulas.limitOfSeveral(rate / servers, servers, ofSeveral)
    ),
    queue("M/D/1", regular, latency(1, ofRegular), Formulas.limitOfRegular(rate, ofRegular)),
    queue("tandem", tandem, latency(2, ofTandem), Formulas.limitOfTandem(rate, ofTandem)),
    queue(
      `M/M/1/${places}`,
      bounded,
      Level.errors({ atMost: ofBounded.allowed }),
      Formulas.limitOfBounded(rate, places, ofBounded)
    )
  ]
}

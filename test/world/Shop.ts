/**
 * A shop: one service that clients ask for jobs, with as much capacity and as busy as a test says.
 *
 * For tests of what a node does its work with. A job is a text; what it takes is up to the test.
 */
import { Effect, Schema, Stream } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { Contract, Operation, Pool, Service, System, WindTunnel, Workload } from "downforce"
import type * as Flight from "../../src/flight/Flight.ts"
import type * as Header from "../../src/recording/Header.ts"
import type * as Capacity from "../../src/system/Capacity.ts"
import * as Link from "../../src/world/Link.ts"
import * as Resources from "../../src/world/Resources.ts"
import { flyWith, type Setting } from "../flight/Fly.ts"
import { errorName } from "../flight/toys.ts"

/** What clients ask a shop for. */
export class Shop extends Contract.make<Shop>()(
  "Shop",
  RpcGroup.make(
    Rpc.make("work", { payload: { job: Schema.String }, success: Schema.String }),
    Rpc.make("follow", { payload: { job: Schema.String }, success: Schema.Int, stream: true })
  )
) {}

/** What makes a shop. */
export interface ShopOptions {
  readonly capacity?: Capacity.Options
  /** What a job takes. What it fails with becomes its result. */
  readonly work?: (job: string) => Effect.Effect<unknown, unknown>
  readonly follow?: (job: string) => Stream.Stream<number>
  readonly replicas?: number
  readonly clients?: number
  readonly timeout?: "5 millis" | "1 second" | "30 seconds" | "1 hour"
}

/** Jobs that clients send to a shop, each from a client of its own when told so. */
export const shop = (options: ShopOptions): WindTunnel.WindTunnel => {
  const { work = () => Effect.void } = options
  const service = Service.make("shop", {
    provides: Shop,
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    handlers: Effect.succeed(
      Shop.of({
        work: ({ job }) =>
          Effect.suspend(() => work(job)).pipe(
            Effect.as(job),
            Effect.catch((error) => Effect.succeed(errorName(error)))
          ),
        follow: ({ job }) => options.follow?.(job) ?? Stream.empty
      })
    )
  })
  return WindTunnel.make("a shop", {
    system: System.make("shop", { services: [Service.replicas(service, options.replicas ?? 1)] }),
    workload: Workload.make({
      clients: options.clients ?? 20,
      operations: 12,
      operation: [
        Operation.make(Shop, "work", fc.record({ job: fc.constantFrom("1", "2", "5") })),
        Operation.make(Shop, "follow", fc.record({ job: fc.constantFrom("1", "2", "5") }))
      ],
      over: "30 millis",
      timeout: options.timeout ?? "30 seconds"
    }),
    horizon: "1 hour",
    properties: []
  })
}

/** An order as recordings keep it: `job` at a time in milliseconds, from a client of its own. */
export const order = (
  client: number,
  atMs: number,
  job: string,
  procedure: "work" | "follow" = "work"
): Header.Operation => ({
  id: `o-${client}`,
  client: `client-${client}`,
  atMs,
  contract: "Shop",
  procedure,
  payload: { job }
})

/** Jobs in their order, from one client each: when it arrives at the shop (ms), and what. */
export type Jobs = ReadonlyArray<readonly [atMs: number, job: string]>

/** The orders of jobs: each is half a millisecond on its way. */
export const ordersOf = (jobs: Jobs): ReadonlyArray<Header.Operation> =>
  jobs.map(([atMs, job], at) => order(at + 1, atMs - 0.5, job))

/** How long each job takes with so many places and one queue, its own length as its text. */
export const firstCome = (places: number, jobs: Jobs): ReadonlyArray<number> => {
  const freeAt = Array.from({ length: places }, () => 0)
  return jobs.map(([atMs, job]) => {
    const first = freeAt.indexOf(Math.min(...freeAt))
    const end = Math.max(atMs, freeAt[first] ?? 0) + Number(job)
    freeAt[first] = end
    return end - atMs
  })
}

/** Up to twenty jobs within twenty milliseconds, of up to twelve each. */
export const anyJobs: fc.Arbitrary<Jobs> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 12 })), {
    maxLength: 20
  })
  .map((drawn) =>
    drawn
      .toSorted(([one], [other]) => one - other)
      .map(([atMs, length]) => [atMs, `${length}`] as const)
  )

/** A flight, and what is taken and waited for at its end. */
export interface Shopped {
  readonly flown: Flight.Flown
  readonly resources: ReadonlyArray<Resources.Resource>
}

/** Flies a shop. */
export const flyShop = (options: ShopOptions, setting: Setting): Shopped => {
  let resources: ReadonlyArray<Resources.Resource> = []
  let aloft: Flight.Flying | undefined
  const onTakeOff = (flying: Flight.Flying): void => {
    aloft = flying
    setting.onTakeOff?.(flying)
  }
  const flown = flyWith(shop(options), { ...setting, onTakeOff })
  if (aloft !== undefined) {
    const { kernel, links, world } = aloft
    resources = Resources.read(world, links, kernel.now())
  }
  return { flown, resources }
}

/**
 * When each order was done, in milliseconds after it was sent, without the way there and back; in
 * the order they began. What has no answer is told by its outcome.
 */
export const lengths = ({ flown }: Shopped): Record<string, number | string> =>
  Object.fromEntries(
    flown.history.map(({ endedAt, id, intendedAt, outcome }) => {
      if (endedAt === undefined || outcome === undefined) return [id, "none"]
      if (outcome._tag !== "ok") return [id, outcome._tag]
      return [id, (endedAt - intendedAt - 2 * Link.latencyMicrosDefault) / 1_000]
    })
  )

/** What is taken and what waits, over all resources: `[0, 0]` when all is as it was. */
export const inUse = ({ resources }: Shopped): readonly [number, number] => [
  resources.reduce((sum, resource) => sum + resource.inUse, 0),
  resources.reduce((sum, { waiting }) => sum + waiting, 0)
]

/** A lock, as shops may have one. */
export const lock = Pool.make("lock", { slots: 1 })

/**
 * Systems in which exactly one resource is tight, built with the public API: for planting the part
 * that breaks first, and seeing whether it is named.
 *
 * A tier is a service in one of several shapes. Whatever its options leave out it has plenty of,
 * declared all the same: what is tight is never the only thing there is to name.
 */
import { Config, Effect, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { Contract, Pool, Service, System, Use, Work } from "downforce"

const procedure = <const Name extends string>(name: Name) =>
  Rpc.make(name, {
    payload: { body: Schema.String, step: Schema.Int },
    success: Schema.String
  })

/** What clients call. In a cycle the service calls it back, at the second step. */
export class Front extends Contract.make<Front>()("Front", RpcGroup.make(procedure("ask"))) {}
class Left extends Contract.make<Left>()("Left", RpcGroup.make(procedure("ask"))) {}
class Right extends Contract.make<Right>()("Right", RpcGroup.make(procedure("ask"))) {}
class Store extends Contract.make<Store>()("Store", RpcGroup.make(procedure("ask"))) {}

/** A system with a front; what else it provides is nobody's business. */
export type Planted = System.System<Front | Left | Right | Store>

interface Request {
  readonly body: string
  readonly step: number
}

type Ask = (request: Request) => Effect.Effect<string>

/** What a tier has and does. Times are in milliseconds. */
export interface Tier {
  readonly cores?: number
  readonly slots?: number
  readonly queueMax?: number
  /** Slots of the pool that it holds while it calls the next tier and while it waits. */
  readonly pool?: number
  /** Calls that it may have under way to the next tier. */
  readonly concurrency?: number
  /** Bytes a second of each link to the next tier, and back. */
  readonly bandwidth?: number
  readonly replicas?: number
  /** What a request keeps a core busy for, ... */
  readonly work?: number
  /** ... on the first replica so many times as long, ... */
  readonly hot?: number
  /** ... and what it waits for besides, for nothing that is bounded. */
  readonly wait?: number
  /** Length of the answer. */
  readonly answer?: number
}

const plenty = { cores: 16, slots: 200, pool: 100, concurrency: 100, bandwidth: 50_000_000 }

/** The pool of each tier. */
export const poolName = "connections"

const poolOf = ({ pool = plenty.pool }: Tier) => Pool.make(poolName, { slots: pool })

const capacityOf = (tier: Tier, pool: Pool.Pool) => ({
  cores: tier.cores ?? plenty.cores,
  slots: tier.slots ?? plenty.slots,
  ...(tier.queueMax === undefined ? {} : { queueMax: tier.queueMax }),
  pools: [pool]
})

const edgeOf = <C extends Contract.Any>(contract: C, tier: Tier) =>
  Use.make(contract, {
    concurrency: tier.concurrency ?? plenty.concurrency,
    bandwidth: tier.bandwidth ?? plenty.bandwidth
  })

/** Works, and then calls all that comes next at once, in a slot of the pool. */
const handle = (tier: Tier, pool: Pool.Pool, isHot: boolean, next: ReadonlyArray<Ask>): Ask => {
  const { answer = 0, hot = 1, wait = 0, work = 0.5 } = tier
  const reply = "x".repeat(answer)
  return (request) =>
    Effect.gen(function* () {
      yield* Work.spend(work * (isHot ? hot : 1))
      yield* pool.withSlot(
        Effect.gen(function* () {
          if (wait > 0) yield* Effect.sleep(wait)
          yield* Effect.forEach(next, (ask) => ask(request), { concurrency: "unbounded" })
        })
      )
      return reply
    })
}

/** A call that must succeed: refused or not answered is a defect of this handler. */
const certain =
  <E>(ask: (request: Request) => Effect.Effect<string, E>): Ask =>
  (request) =>
    Effect.orDie(ask(request))

/** The replica that is hot is the first. */
const isFirst = Effect.map(Effect.orDie(Config.String("HOSTNAME")), (name) => name.endsWith("-1"))

const replicated = <Provides, Uses>(
  service: Service.Service<Provides, Uses>,
  { replicas = 1 }: Tier
): Service.Service<Provides, Uses> => Service.replicas(service, replicas)

const storeOf = (tier: Tier) => {
  const pool = poolOf(tier)
  const service = Service.make("store", {
    provides: Store,
    capacity: capacityOf(tier, pool),
    handlers: Effect.map(isFirst, (isHot) => Store.of({ ask: handle(tier, pool, isHot, []) }))
  })
  return replicated(service, tier)
}

const leftOf = (name: string, tier: Tier) => {
  const pool = poolOf(tier)
  const service = Service.make(name, {
    provides: Left,
    uses: { store: edgeOf(Store, tier) },
    capacity: capacityOf(tier, pool),
    handlers: Effect.gen(function* () {
      const store = yield* Store
      return Left.of({ ask: handle(tier, pool, yield* isFirst, [certain(store.ask)]) })
    })
  })
  return replicated(service, tier)
}

const rightOf = (tier: Tier) => {
  const pool = poolOf(tier)
  const service = Service.make("right", {
    provides: Right,
    uses: { store: edgeOf(Store, tier) },
    capacity: capacityOf(tier, pool),
    handlers: Effect.gen(function* () {
      const store = yield* Store
      return Right.of({ ask: handle(tier, pool, yield* isFirst, [certain(store.ask)]) })
    })
  })
  return replicated(service, tier)
}

/** One service, and nothing else. */
export const alone = (tier: Tier): Planted => {
  const pool = poolOf(tier)
  const front = Service.make("front", {
    provides: Front,
    capacity: capacityOf(tier, pool),
    handlers: Effect.map(isFirst, (isHot) => Front.of({ ask: handle(tier, pool, isHot, []) }))
  })
  return System.make("alone", { services: [replicated(front, tier)] })
}

/** A front before a service before a store. */
export const chain = (tiers: {
  readonly front?: Tier
  readonly service?: Tier
  readonly store?: Tier
}): Planted => {
  const { front: tier = {}, service = {}, store = {} } = tiers
  const pool = poolOf(tier)
  const front = Service.make("front", {
    provides: Front,
    uses: { service: edgeOf(Left, tier) },
    capacity: capacityOf(tier, pool),
    handlers: Effect.gen(function* () {
      const next = yield* Left
      return Front.of({ ask: handle(tier, pool, yield* isFirst, [certain(next.ask)]) })
    })
  })
  return System.make("chain", {
    services: [replicated(front, tier), leftOf("service", service), storeOf(store)]
  })
}

/** A front asks two services at once, and both ask one store. */
export const diamond = (tiers: {
  readonly front?: Tier
  readonly left?: Tier
  readonly right?: Tier
  readonly store?: Tier
}): Planted => {
  const { front: tier = {}, left = {}, right = {}, store = {} } = tiers
  const pool = poolOf(tier)
  const front = Service.make("front", {
    provides: Front,
    uses: { left: edgeOf(Left, tier), right: edgeOf(Right, tier) },
    capacity: capacityOf(tier, pool),
    handlers: Effect.gen(function* () {
      const next = [certain((yield* Left).ask), certain((yield* Right).ask)]
      return Front.of({ ask: handle(tier, pool, yield* isFirst, next) })
    })
  })
  return System.make("diamond", {
    services: [replicated(front, tier), leftOf("left", left), rightOf(right), storeOf(store)]
  })
}

/** A front asks a service, which asks the front again before it answers. */
export const cycle = (tiers: { readonly front?: Tier; readonly service?: Tier }): Planted => {
  const { front: tier = {}, service: back = {} } = tiers
  const pool = poolOf(tier)
  const backPool = poolOf(back)
  const front = Service.make("front", {
    provides: Front,
    uses: { service: edgeOf(Left, tier) },
    capacity: capacityOf(tier, pool),
    handlers: Effect.gen(function* () {
      const begin = handle(tier, pool, false, [certain((yield* Left).ask)])
      const end = handle(tier, pool, false, [])
      return Front.of({ ask: (request) => (request.step === 0 ? begin(request) : end(request)) })
    })
  })
  const service = Service.make("service", {
    provides: Left,
    uses: { front: edgeOf(Front, back) },
    capacity: capacityOf(back, backPool),
    handlers: Effect.gen(function* () {
      const ask = certain((yield* Front).ask)
      const again: Ask = (request) => ask({ ...request, step: request.step + 1 })
      return Left.of({ ask: handle(back, backPool, false, [again]) })
    })
  })
  return System.make("cycle", { services: [front, service] })
}

/**
 * Toy systems for the tests of the simulator, written against the public entry as users write
 * theirs. Each is as small as it can be and still show one thing.
 */
import {
  DateTime,
  Deferred,
  Effect,
  MutableHashMap,
  Option,
  Queue,
  Random,
  Ref,
  Schedule,
  Schema,
  type Scope,
  Semaphore,
  Stream
} from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import {
  Always,
  Contract,
  Operation,
  Probe,
  type Property,
  Service,
  System,
  Turbulence,
  Use,
  WindTunnel,
  Workload
} from "downforce"

/** An error that the procedures of the toys declare. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { why: Schema.String }) {}

/** What clients of a pair call. */
export class Front extends Contract.make<Front>()(
  "Front",
  RpcGroup.make(
    Rpc.make("ask", {
      payload: { text: Schema.String },
      success: Schema.String,
      error: Refused
    })
  )
) {}

/** What the front of a pair calls. */
export class Back extends Contract.make<Back>()(
  "Back",
  RpcGroup.make(
    Rpc.make("echo", {
      payload: { text: Schema.String },
      success: Schema.String,
      error: Refused
    }),
    Rpc.make("list", {
      payload: { items: Schema.Array(Schema.String) },
      success: Schema.Array(Schema.String)
    }),
    Rpc.make("count", { payload: { upTo: Schema.Int }, success: Schema.Int, stream: true })
  )
) {}

/** The client of `Back`, as handlers have it. */
export type BackClient = Contract.Client<Contract.RpcsOf<typeof Back>>

/** The handlers of `Back`. */
export type BackHandlers = Contract.HandlersOf<Contract.RpcsOf<typeof Back>, "Back">

/** Answers with what it was sent, and counts from 1. */
export const plainBack: BackHandlers = {
  echo: ({ text }) => Effect.succeed(text),
  list: ({ items }) => Effect.succeed(items),
  count: ({ upTo }) => Stream.range(1, upTo).pipe(Stream.rechunk(1))
}

/** An error as tests compare it: where it arose, or its tag. */
export const errorName = (error: unknown): string => {
  if (typeof error !== "object" || error === null || !("_tag" in error)) return String(error)
  const reason = "reason" in error ? error.reason : undefined
  if (typeof reason === "object" && reason !== null && "_tag" in reason) {
    return String(reason._tag)
  }
  return String(error._tag)
}

/** What makes a pair: a front that does what a test says, and a back that it calls. */
export interface PairOptions {
  /** Answers a question of a client with the help of the back. Errors become texts. */
  readonly front?: (back: BackClient, text: string) => Effect.Effect<string, unknown, Back>
  /** Built anew for each life of the back. */
  readonly back?: Effect.Effect<BackHandlers, unknown, Scope.Scope>
  readonly use?: Use.Options
  readonly replicas?: number
  /** The environments of the two services. */
  readonly env?: Partial<Record<"front" | "back", Readonly<Record<string, string>>>>
  /** Gives the back a disk. */
  readonly disk?: { readonly capacityBytes?: number }
  readonly properties?: ReadonlyArray<Property>
  readonly clients?: number
  readonly operations?: number
  readonly turbulence?: Turbulence.Turbulence
  readonly horizon?: "1 minute" | "5 minutes" | "1 hour"
  readonly timeout?: "1 second" | "30 seconds" | "10 minutes"
  readonly limits?: Partial<WindTunnel.Limits>
}

const askBack = (back: BackClient, text: string): Effect.Effect<string, unknown> =>
  back.echo({ text })

/** A pair: clients ask the front, the front asks the back. */
export const pair = (options: PairOptions = {}): WindTunnel.WindTunnel => {
  const ask = options.front ?? askBack
  const front = Service.make("front", {
    provides: Front,
    uses: { back: Use.make(Back, options.use) },
    env: options.env?.front ?? {},
    handlers: Effect.gen(function* () {
      const back = yield* Back
      return Front.of({
        ask: ({ text }) =>
          ask(back, text).pipe(Effect.catch((error) => Effect.succeed(`! ${errorName(error)}`)))
      })
    })
  })
  const back = Service.make("back", {
    provides: Back,
    env: options.env?.back ?? {},
    ...(options.disk === undefined ? {} : { disk: options.disk }),
    handlers: options.back ?? Effect.succeed(plainBack)
  })
  return WindTunnel.make("a pair", {
    system: System.make("pair", {
      services: [front, Service.replicas(back, options.replicas ?? 1)]
    }),
    workload: Workload.make({
      clients: options.clients ?? 2,
      operations: options.operations ?? 6,
      operation: Operation.make(
        Front,
        "ask",
        fc.record({ text: fc.constantFrom("a", "b", "c", "d") })
      ),
      over: "2 seconds",
      timeout: options.timeout ?? "30 seconds"
    }),
    horizon: options.horizon ?? "1 hour",
    properties: options.properties ?? [],
    ...(options.turbulence === undefined ? {} : { turbulence: options.turbulence }),
    ...(options.limits === undefined ? {} : { limits: options.limits })
  })
}

/** How the parts of a mesh work together. Each way wakes fibers differently. */
export const styles = ["chain", "loops", "forks", "permits", "queue", "at", "stream"] as const

/** See `styles`. */
export type Style = (typeof styles)[number]

class Entry extends Contract.make<Entry>()(
  "Entry",
  RpcGroup.make(
    Rpc.make("submit", { payload: { item: Schema.Int }, success: Schema.Int, error: Refused })
  )
) {}

class Store extends Contract.make<Store>()(
  "Store",
  RpcGroup.make(
    Rpc.make("save", { payload: { item: Schema.Int }, success: Schema.Int }),
    Rpc.make("follow", { payload: { item: Schema.Int }, success: Schema.Int, stream: true })
  )
) {}

type StoreClient = Contract.Client<Contract.RpcsOf<typeof Store>>

/** How often a loop of a mesh turns, and after that it ends: a flight can then end by itself. */
const turns = 12

const loop = (store: StoreClient, item: number) =>
  store
    .save({ item })
    .pipe(
      Effect.ignore,
      Effect.andThen(Effect.sleep("40 millis")),
      Effect.repeat(Schedule.recurs(turns)),
      Effect.forkScoped
    )

/** What an entry does with an item, by style. */
const submitters = (
  style: Style
): Effect.Effect<
  (item: number) => Effect.Effect<number, unknown, Store>,
  never,
  Store | Scope.Scope
> =>
  Effect.gen(function* () {
    const store = yield* Store
    switch (style) {
      case "chain":
        return (item) => Effect.andThen(store.save({ item }), store.save({ item: item + 1 }))
      case "loops":
        yield* loop(store, 7)
        yield* loop(store, 8)
        return (item) => store.save({ item })
      case "forks":
        return (item) =>
          Effect.forEach(
            [1, 2, 3],
            (part) =>
              Effect.sleep(part).pipe(Effect.andThen(store.save({ item: item * 10 + part }))),
            { concurrency: "unbounded", discard: true }
          ).pipe(Effect.as(item))
      case "permits": {
        const permits = yield* Semaphore.make(1)
        return (item) => permits.withPermits(1)(store.save({ item }))
      }
      case "queue": {
        const queue = yield* Queue.unbounded<{
          readonly item: number
          readonly done: Deferred.Deferred<number>
        }>()
        yield* Queue.take(queue).pipe(
          Effect.flatMap(({ done, item }) =>
            store.save({ item }).pipe(
              Effect.catch(() => Effect.succeed(-1)),
              Effect.flatMap((saved) => Deferred.succeed(done, saved))
            )
          ),
          Effect.forever,
          Effect.forkScoped
        )
        return (item) =>
          Effect.gen(function* () {
            const done = yield* Deferred.make<number>()
            yield* Queue.offer(queue, { done, item })
            return yield* Deferred.await(done)
          })
      }
      case "at": {
        const names = yield* Store.addresses
        return (item) =>
          Effect.forEach(
            names,
            (name) => Effect.flatMap(Store.at(name), (replica) => replica.save({ item })),
            { concurrency: "unbounded" }
          ).pipe(Effect.map((saved) => saved.length))
      }
      case "stream":
        return (item) =>
          Stream.runFold(
            store.follow({ item }),
            () => 0,
            (sum, part) => sum + part
          )
    }
  })

/** The parameters of a generated mesh. */
export interface MeshOptions {
  readonly style: Style
  readonly clients: number
  readonly operations: number
  readonly replicas: number
}

/** Entries that hand items to stores, in one of several styles; nothing depends on state. */
export const mesh = (options: MeshOptions): WindTunnel.WindTunnel => {
  const entry = Service.make("entry", {
    provides: Entry,
    uses: { store: Use.make(Store, { timeout: "2 seconds" }) },
    handlers: Effect.gen(function* () {
      const submit = yield* submitters(options.style)
      return Entry.of({
        submit: ({ item }) =>
          submit(item).pipe(Effect.mapError((error) => new Refused({ why: errorName(error) })))
      })
    })
  })
  const store = Service.make("store", {
    provides: Store,
    handlers: Effect.succeed(
      Store.of({
        save: ({ item }) => Effect.as(Effect.sleep("1 millis"), item),
        follow: ({ item }) => Stream.range(1, 1 + (item % 3)).pipe(Stream.rechunk(1))
      })
    )
  })
  return WindTunnel.make(`a mesh of ${options.style}`, {
    system: System.make("mesh", { services: [entry, Service.replicas(store, options.replicas)] }),
    workload: Workload.make({
      clients: options.clients,
      operations: options.operations,
      operation: Operation.make(
        Entry,
        "submit",
        fc.record({ item: fc.integer({ min: 1, max: 9 }) })
      ),
      over: "300 millis"
    }),
    horizon: "1 hour",
    properties: []
  })
}

/** Three fibers that read, give way once and write: without preemption nothing is ever lost. */
export const Total = Probe.make("total", Schema.Struct({ value: Schema.Int, writes: Schema.Int }))

class Counter extends Contract.make<Counter>()(
  "Counter",
  RpcGroup.make(Rpc.make("threeTimes", { success: Schema.Int }))
) {}

/** A counter whose handler increments a `Ref` from three fibers without any guard. */
export const counter = WindTunnel.make("no increment is lost", {
  system: System.make("counter", {
    services: [
      Service.make("counter", {
        provides: Counter,
        handlers: Effect.gen(function* () {
          const value = yield* Ref.make(0)
          let writes = 0
          yield* Total.expose(() => ({ value: Ref.getUnsafe(value), writes }))
          const increment = Effect.gen(function* () {
            const before = yield* Ref.get(value)
            writes++
            yield* Ref.set(value, before + 1)
          })
          const all = Effect.all([increment, increment, increment], {
            concurrency: "unbounded",
            discard: true
          })
          return Counter.of({ threeTimes: () => Effect.andThen(all, Ref.get(value)) })
        })
      })
    ]
  }),
  workload: Workload.make({
    clients: 1,
    operations: 1,
    operation: Operation.make(Counter, "threeTimes", fc.constant(undefined))
  }),
  properties: [
    Always.make("no increment is lost", (view) =>
      view.history.every(
        ({ outcome }) => outcome === undefined || (outcome._tag === "ok" && outcome.value === 3)
      )
    )
  ]
})

class Vault extends Contract.make<Vault>()(
  "Vault",
  RpcGroup.make(
    Rpc.make("open", { payload: { door: Schema.Int }, success: Schema.Int }),
    Rpc.make("close", { payload: { door: Schema.Int }, success: Schema.Int })
  )
) {}

/** How many requests the vault has handled. */
export const Handled = Probe.make("handled", Schema.Int)

/** What a planted bug needs before it shows. */
export interface Planted {
  /** Operations that open a door. */
  readonly operations: number
  /** Nodes that are down at the same time. */
  readonly faults: number
  /** Messages that arrive twice. */
  readonly deviations: number
}

/** A system whose bug shows as soon as all that it needs has come together, and never before. */
export const planted = (needs: Planted): WindTunnel.WindTunnel => {
  const idle = Service.make("idle", { handlers: Effect.void })
  const vault = Service.make("vault", {
    provides: Vault,
    handlers: Effect.gen(function* () {
      let handled = 0
      yield* Handled.expose(() => handled)
      const handle = (door: number) => Effect.sync(() => (handled++, door))
      return Vault.of({ open: ({ door }) => handle(door), close: ({ door }) => handle(door) })
    })
  })
  const names = ["idle-1", "idle-2", "idle-3"]
  const door = fc.record({ door: fc.integer({ min: 1, max: 1_000_000 }) })
  return WindTunnel.make("the vault holds", {
    system: System.make("vault", { services: [vault, Service.replicas(idle, names.length)] }),
    workload: Workload.make({
      clients: 3,
      operations: 12,
      operation: [Operation.make(Vault, "open", door), Operation.make(Vault, "close", door)],
      over: "3 seconds"
    }),
    turbulence: Turbulence.swarm({
      kinds: ["duplicate", "delay", "rank", "reorder"],
      faults: ["Crash", "Pause", "SlowLink"],
      faultsMax: 4
    }),
    properties: [
      Always.make("the vault holds", (view) => {
        const opened = new Set(
          view.history
            .filter(({ outcome, procedure }) => procedure === "open" && outcome?._tag === "ok")
            .map(({ id }) => id)
        )
        const down = names.filter((name) => !view.nodes.includes(name))
        // A client calls once for each operation: what is handled beyond that arrived twice.
        const extra = (view.read(Handled).get("vault") ?? 0) - view.history.length
        const twice = Math.max(0, extra)
        return (
          opened.size < needs.operations || down.length < needs.faults || twice < needs.deviations
        )
      })
    ]
  })
}

/** A pair whose code asks for all that differs from machine to machine, or from day to day. */
export const curious = pair({
  front: (back, text) =>
    Effect.gen(function* () {
      const started = yield* DateTime.now
      const coin = yield* Random.nextBoolean
      const dice = yield* Random.nextIntBetween(1, 6)
      const id = yield* Random.nextInt
      yield* Effect.logDebug("asked", { text, big: 10n, started })
      const shuffled = yield* Random.shuffle(["ä", "z", "a", "Z"])
      const echoed = yield* back
        .echo({ text: [...shuffled].sort().join() })
        .pipe(Effect.withSpan("echo"), Effect.timeout("5 seconds"), Effect.exit)
      yield* Effect.log("answered", echoed)
      const zone = DateTime.formatIso(started)
      return `${zone} ${coin} ${dice} ${id} ${echoed._tag}`
    }),
  back: Effect.gen(function* () {
    const seen = MutableHashMap.empty<string, number>()
    const Seen = Probe.make("seen", Schema.Array(Schema.String))
    yield* Seen.expose(() => [...seen].map(([text, times]) => `${text} ${times}`))
    return {
      ...plainBack,
      echo: ({ text }) =>
        Effect.gen(function* () {
          MutableHashMap.modifyAt(seen, text, (times) =>
            Option.some(Option.getOrElse(times, () => 0) + 1)
          )
          yield* Effect.sleep("3 millis").pipe(Effect.race(Effect.never))
          return text.toUpperCase()
        })
    } satisfies BackHandlers
  }),
  replicas: 2
})

/** Animals that use Effect: some in ways that leave the node, most as one should. */
import {
  Clock,
  Config,
  Console,
  DateTime,
  Deferred,
  Effect,
  Fiber,
  Hash,
  HashMap,
  HashSet,
  MutableHashMap,
  Random
} from "effect"
import { type Animal, animal } from "./Animal.ts"

const steps = Array.from({ length: 12 }, (_, at) => ({ at, run: () => at }))

const forked = (run: (effect: Effect.Effect<string>) => unknown) => (text: string) =>
  Effect.callback<string>((resume) => {
    void run(
      Effect.sleep("5 millis").pipe(
        Effect.andThen(Clock.currentTimeMillis),
        Effect.map((now) => {
          resume(Effect.succeed(`${text} ${now}`))
          return text
        })
      )
    )
  })

/** Animals of Effect. */
export const effects: ReadonlyArray<Animal> = [
  animal("`Effect.runFork`", forked(Effect.runFork)),
  animal("`Effect.runPromise`", forked(Effect.runPromise)),
  animal("`Effect.runSync`", () => Effect.runSync(Clock.currentTimeMillis)),
  animal("`Effect.runSync` of `Random.next`", () => Effect.runSync(Random.next)),
  animal("iteration over a `HashSet` of functions", () =>
    [
      ...HashSet.fromIterable(
        steps.map(
          ({ run }) =>
            () =>
              run()
        )
      )
    ].map((run) => run())
  ),
  animal("iteration over a `HashSet` of fibers", () =>
    Effect.gen(function* () {
      const fibers = yield* Effect.forEach(steps, ({ at }) => Effect.forkChild(Effect.succeed(at)))
      const answers = yield* Effect.forEach(HashSet.fromIterable(fibers), Fiber.join)
      return answers
    })
  ),
  animal("iteration over a `HashSet` of functions of the module", () =>
    [...HashSet.fromIterable(steps.map(({ run }) => run))].map((run) => run())
  ),
  animal("two deferreds in a `HashSet`", () =>
    Effect.gen(function* () {
      const one = yield* Deferred.make<string>()
      const two = yield* Deferred.make<string>()
      return HashSet.size(HashSet.fromIterable([one, two]))
    })
  ),
  animal("iteration over a `MutableHashMap` of objects", () => {
    class Key {
      readonly at: number
      constructor(at: number) {
        this.at = at
      }
    }
    const map = MutableHashMap.make(...steps.map(({ at }) => [new Key(at), at] as const))
    return [...map].map(([, at]) => at)
  }),
  animal("`Hash.random`", () => Hash.random({})),
  animal("iteration over a `HashMap` of strings", () =>
    [...HashMap.make(["a", 1], ["b", 2], ["c", 3])].map(([, at]) => at)
  ),
  animal("ids of fibers", () => Effect.map(Effect.fiberId, String)),
  animal("ids of requests", (_, requestId) => requestId),
  animal("ids of spans", () =>
    Effect.currentSpan.pipe(
      Effect.map(({ spanId, traceId }) => `${spanId} ${traceId}`),
      Effect.withSpan("zebra"),
      Effect.orDie
    )
  ),
  animal("`Clock`", () => Clock.currentTimeMillis),
  animal("`DateTime.now`", () => Effect.map(DateTime.now, DateTime.formatIso)),
  animal("`Random`", () => Random.nextIntBetween(0, 1000)),
  animal("`Config` of the machine", () =>
    Config.String("PATH").pipe(Config.withDefault("none"), Effect.orDie)
  ),
  animal("`Effect.timeout` of a promise", () =>
    Effect.promise(() => new Promise((resolve) => void setTimeout(resolve, 50))).pipe(
      Effect.timeoutOption("5 millis"),
      Effect.map((late) => late._tag)
    )
  ),
  animal("`Console.log`", (text) => Console.log(text))
]

/**
 * The small globals on a node: the monotonic clock, chance, the network's `fetch`, what runs soon,
 * and what depends on the garbage collector. Output is real: it is no input.
 */
import { onPurpose, perFlight, refuse, waitFor } from "./Dispatch.ts"
import {
  type AnyFunction,
  type Call,
  construct,
  dispatcherOf,
  method,
  methodWith,
  newable,
  ownerOf,
  type Patch,
  value
} from "./Patches.ts"
import type { Surroundings } from "./Surroundings.ts"
import { signalAfter } from "./VirtualTimers.ts"

/** A uniform number in [0, 1) with 53 bits. */
export const fraction = ({ draw }: Surroundings): number =>
  ((draw() >>> 5) * 0x400_0000 + (draw() >>> 6)) / 0x20_0000_0000_0000

/** Milliseconds on a node's monotonic clock, as `performance.now`. */
export const monotonicMillis = ({ monotonicMicros }: Surroundings): number =>
  monotonicMicros() / 1000

const measuring = "use a span, which is recorded on virtual time"

const refused =
  (call: string, advice: string) =>
  ({ around }: Call): never => {
    throw refuse(around, call, advice)
  }

const performancePatches = (): ReadonlyArray<Patch> => {
  const owner = (key: string): object => ownerOf(performance, key) ?? performance
  const timelines = ["mark", "measure", "getEntries", "getEntriesByName", "getEntriesByType"]
  return [
    method(owner("now"), "now", ({ around }) => monotonicMillis(around)),
    value(owner("timeOrigin"), "timeOrigin", originMillis),
    method(owner("toJSON"), "toJSON", ({ around }) => ({ timeOrigin: originMillis(around) })),
    method(owner("eventLoopUtilization"), "eventLoopUtilization", () => ({
      idle: 0,
      active: 0,
      utilization: 0
    })),
    ...[...timelines, "timerify"].map((key) =>
      method(owner(key), key, refused(`performance.${key}`, measuring))
    ),
    newable(globalThis, "PerformanceObserver", refused("PerformanceObserver", measuring)),
    value(Event.prototype, "timeStamp", monotonicMillis)
  ]
}

/** When the monotonic clock began, on the wall clock. */
const originMillis = (around: Surroundings): number => around.wallMillis() - monotonicMillis(around)

/**
 * As the reaction of a promise: that is a microtask as well, and one that belongs to the task that
 * asked for it, so that what it calls is virtual and it dies with the node.
 */
const microtask = ({ parameters, real }: Call): unknown => {
  const [callback] = parameters
  if (typeof callback !== "function") return Reflect.apply(real, undefined, parameters)
  const run = (): void => {
    Reflect.apply(callback, undefined, [])
  }
  void Promise.resolve().then(run)
  return undefined
}

// Whether something was collected already is nobody's to know: in a flight nothing ever is.
const heldAlive = perFlight(() => new Set<unknown>())

const weakPatches = (): ReadonlyArray<Patch> => [
  newable(globalThis, "WeakRef", (call) => {
    heldAlive().add(call.parameters[0])
    return construct(call, call.parameters)
  }),
  method(FinalizationRegistry.prototype, "register", () => undefined),
  // Of what a flight never registered, nothing can be taken back.
  method(FinalizationRegistry.prototype, "unregister", () => false)
]

const consoleMethods = (): ReadonlyArray<Patch> =>
  Object.entries(Object.getOwnPropertyDescriptors(globalThis.console)).flatMap(([key, found]) =>
    typeof found.value === "function"
      ? [
          method(globalThis.console, key, ({ parameters, real, self }) =>
            onPurpose(() => Reflect.apply(real, self, parameters))
          )
        ]
      : []
  )

const hasWaiting = ["arrayBuffer", "bytes", "text"]

/** The bytes of a blob as a stream. Nothing waits for the engine's own, which reads by a thread. */
const streamed = ({ parameters, real, self }: Call): unknown => {
  // What is no blob is for the real method to refuse.
  if (!(self instanceof Blob)) return Reflect.apply(real, self, parameters)
  return new ReadableStream({
    type: "bytes",
    pull: async (controller) => {
      const bytes = new Uint8Array(await self.arrayBuffer())
      if (bytes.length > 0) controller.enqueue(bytes)
      controller.close()
      controller.byobRequest?.respond(0)
    }
  })
}

/** Reads of bytes in memory, by a thread of the engine: real, and waited for. */
const blobPatches = (): ReadonlyArray<Patch> => [
  ...hasWaiting.map((key) =>
    method(Blob.prototype, key, ({ parameters, real, self }) =>
      // A method of a blob gives a promise.
      waitFor(() => Reflect.apply(real, self, parameters) as Promise<unknown>)
    )
  ),
  method(Blob.prototype, "stream", streamed)
]

const compiling = ["compile", "instantiate"]

const webAssemblyPatches = (): ReadonlyArray<Patch> => {
  const holder: unknown = Reflect.get(globalThis, "WebAssembly")
  if (typeof holder !== "object" || holder === null) return []
  return compiling.map((key) =>
    method(holder, key, ({ parameters, real, self }) =>
      // Both give a promise.
      waitFor(() => Reflect.apply(real, self, parameters) as Promise<unknown>)
    )
  )
}

const onPurposeToo = (real: AnyFunction): AnyFunction =>
  dispatcherOf(real, ({ parameters, self }) =>
    onPurpose(() => Reflect.apply(real, self, parameters))
  )

/** The patches of the small globals. */
export const patches = (): ReadonlyArray<Patch> => [
  ...performancePatches(),
  method(Math, "random", ({ around }) => fraction(around)),
  method(globalThis, "fetch", ({ around, parameters }) =>
    Reflect.apply(around.fetch, undefined, parameters)
  ),
  method(globalThis, "queueMicrotask", microtask),
  // Uses a message channel inside.
  methodWith(globalThis, "structuredClone", onPurposeToo),
  method(AbortSignal, "timeout", ({ around, parameters, real, self }) => {
    const delay = Number(parameters[0])
    // The real one says what is wrong with any other delay.
    return Number.isSafeInteger(delay) && delay >= 0
      ? signalAfter(around, delay)
      : Reflect.apply(real, self, parameters)
  }),
  ...weakPatches(),
  ...consoleMethods(),
  ...blobPatches(),
  ...webAssemblyPatches()
]

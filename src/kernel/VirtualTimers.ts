/**
 * Timers on a node: `setTimeout` and its kin on virtual time, as Node's own behave. They belong to
 * the node that set them and die with it. Owns no queue: a node's surroundings keep the time.
 */
import nodeTimers from "node:timers"
import timersPromises from "node:timers/promises"
import { promisify } from "node:util"
import { perFlight } from "./Dispatch.ts"
import {
  type AnyFunction,
  type Call,
  dispatcherOf,
  method,
  methodWith,
  type Patch
} from "./Patches.ts"
import type { Surroundings } from "./Surroundings.ts"

/** The longest delay that Node takes; a longer one counts as 1 ms, and so does less than 1. */
const delayMillisMax = 2 ** 31 - 1

interface Timer {
  readonly around: Surroundings
  /** Microseconds from each start to its end. */
  readonly micros: number
  readonly isRepeated: boolean
  run: () => void
  /** Cancels it; `undefined` while it is not running. */
  cancel: (() => void) | undefined
  isCleared: boolean
  isRefed: boolean
  /** Its number, once somebody has asked for it. */
  id: number | undefined
}

/** Timers by the object that stands for them. */
const timers = new WeakMap<object, Timer>()

/** The numbers of timers that were asked for, for each node: `clearTimeout` takes them as well. */
const numbersOf = perFlight(() => new Map<string, Array<Timer>>())

const start = (timer: Timer): void => {
  timer.cancel?.()
  timer.cancel = timer.around.startTimer(timer.micros, () => {
    timer.cancel = undefined
    try {
      timer.run()
    } finally {
      if (timer.isRepeated && !timer.isCleared && timer.cancel === undefined) start(timer)
    }
  })
}

const clear = (timer: Timer | undefined): void => {
  if (timer === undefined) return
  timer.isCleared = true
  timer.cancel?.()
  timer.cancel = undefined
}

const numberOf = (timer: Timer): number => {
  if (timer.id !== undefined) return timer.id
  const numbers = numbersOf().get(timer.around.nodeName) ?? []
  numbersOf().set(timer.around.nodeName, numbers)
  timer.id = numbers.push(timer)
  return timer.id
}

/** The timer that a caller names by its object, its number or that number's text. */
const timerOf = (around: Surroundings, given: unknown): Timer | undefined => {
  if (typeof given === "object" && given !== null) return timers.get(given)
  if (typeof given !== "number" && typeof given !== "string") return undefined
  return numbersOf().get(around.nodeName)?.[Number(given) - 1]
}

const isFunction = (given: unknown): given is AnyFunction => typeof given === "function"

const withCode = (error: Error, code: string): Error => Object.assign(error, { code })

const checked = (given: unknown): AnyFunction => {
  if (isFunction(given)) return given
  const message = `The "callback" argument must be of type function. Received ${String(given)}`
  throw withCode(new TypeError(message), "ERR_INVALID_ARG_TYPE")
}

// What both kinds of timer have. `this` is always one of ours: nobody else gets these prototypes.
const shared = {
  ref(this: object): object {
    const timer = timers.get(this)
    if (timer !== undefined) timer.isRefed = true
    return this
  },
  unref(this: object): object {
    const timer = timers.get(this)
    if (timer !== undefined) timer.isRefed = false
    return this
  },
  hasRef(this: object): boolean {
    return timers.get(this)?.isRefed ?? false
  }
}

const timeoutPrototype: object = {
  ...shared,
  refresh(this: object): object {
    const timer = timers.get(this)
    if (timer !== undefined && !timer.isCleared) start(timer)
    return this
  },
  close(this: object): object {
    clear(timers.get(this))
    return this
  },
  [Symbol.toPrimitive](this: object): number {
    const timer = timers.get(this)
    return timer === undefined ? Number.NaN : numberOf(timer)
  }
}
const immediatePrototype: object = { ...shared }

const disposeSymbol: unknown = Reflect.get(Symbol, "dispose")
if (typeof disposeSymbol === "symbol") {
  for (const prototype of [timeoutPrototype, immediatePrototype]) {
    Object.defineProperty(prototype, disposeSymbol, {
      value(this: object): void {
        clear(timers.get(this))
      },
      configurable: true,
      writable: true
    })
  }
}

const makeTimer = (
  around: Surroundings,
  prototype: object,
  micros: number,
  isRepeated: boolean,
  run: () => void
): object => {
  const timer: Timer = {
    around,
    micros,
    isRepeated,
    run,
    cancel: undefined,
    isCleared: false,
    isRefed: true,
    id: undefined
  }
  const handle: object = Object.create(prototype)
  timers.set(handle, timer)
  start(timer)
  return handle
}

const microsOf = (delay: unknown): number => {
  const millis = Number(delay)
  return millis >= 1 && millis <= delayMillisMax ? Math.trunc(millis) * 1000 : 1000
}

const timeout =
  (isRepeated: boolean) =>
  (around: Surroundings, parameters: ReadonlyArray<unknown>): object => {
    const [callback, delay, ...given] = parameters
    const run = checked(callback)
    const handle = makeTimer(around, timeoutPrototype, microsOf(delay), isRepeated, () => {
      Reflect.apply(run, handle, given)
    })
    return handle
  }
const startTimeout = timeout(false)
const startInterval = timeout(true)

const startImmediate = (around: Surroundings, parameters: ReadonlyArray<unknown>): object => {
  const [callback, ...given] = parameters
  const run = checked(callback)
  const handle = makeTimer(around, immediatePrototype, 0, false, () => {
    Reflect.apply(run, handle, given)
  })
  return handle
}

const isSignal = (given: unknown): given is AbortSignal => given instanceof AbortSignal

const signalOf = (options: unknown): AbortSignal | undefined => {
  const given: unknown =
    typeof options === "object" && options !== null ? Reflect.get(options, "signal") : undefined
  return isSignal(given) ? given : undefined
}

const aborted = (signal: AbortSignal): Error => {
  const error = new Error("The operation was aborted", { cause: signal.reason })
  error.name = "AbortError"
  return withCode(error, "ABORT_ERR")
}

const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw aborted(signal)
}

/** A timer as a promise, which the signal among the options ends early. */
const promised = (
  begin: (run: () => void) => object,
  result: unknown,
  options: unknown
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const signal = signalOf(options)
    if (signal?.aborted === true) return reject(aborted(signal))
    const onAbort = (): void => {
      clear(timers.get(handle))
      if (signal !== undefined) reject(aborted(signal))
    }
    const handle = begin(() => {
      signal?.removeEventListener("abort", onAbort)
      resolve(result)
    })
    signal?.addEventListener("abort", onAbort, { once: true })
  })

const delayed = (around: Surroundings, delay: unknown, result: unknown, options: unknown) =>
  promised((run) => startTimeout(around, [run, delay]), result, options)

const soon = (around: Surroundings, result: unknown, options: unknown) =>
  promised((run) => startImmediate(around, [run]), result, options)

/** The iterator of `timers/promises`: ticks that nobody took yet are counted, none is lost. */
const ticks = (
  around: Surroundings,
  delay: unknown,
  result: unknown,
  options: unknown
): AsyncGenerator => {
  const iterate = async function* (): AsyncGenerator {
    const signal = signalOf(options)
    throwIfAborted(signal)
    let due = 0
    let wake: (() => void) | undefined
    const tell = (): void => {
      wake?.()
      wake = undefined
    }
    const handle = startInterval(around, [
      () => {
        due++
        tell()
      },
      delay
    ])
    signal?.addEventListener("abort", tell, { once: true })
    try {
      for (;;) {
        throwIfAborted(signal)
        if (due === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        for (; due > 0; due--) yield result
      }
    } finally {
      clear(timers.get(handle))
      signal?.removeEventListener("abort", tell)
    }
  }
  return iterate()
}

/** `AbortSignal.timeout`, on virtual time. */
export const signalAfter = (around: Surroundings, delayMillis: number): AbortSignal => {
  const controller = new AbortController()
  around.startTimer(delayMillis * 1000, () => {
    const reason = new DOMException("The operation was aborted due to timeout", "TimeoutError")
    controller.abort(reason)
  })
  return controller.signal
}

const scheduled = (real: AnyFunction, promise: AnyFunction): AnyFunction =>
  dispatcherOf(real, ({ around, parameters }) => startOf(real)(around, parameters), {
    [promisify.custom]: promise
  })

const startOf = (real: AnyFunction): typeof startTimeout =>
  real.name === "setImmediate" ? startImmediate : startTimeout

const realPromise = (key: "setTimeout" | "setImmediate"): AnyFunction => {
  const found: unknown = timersPromises[key]
  if (isFunction(found)) return found
  throw new TypeError(`timers/promises has no function ${key}`)
}

const stop = ({ around, parameters, real, self }: Call): unknown => {
  const timer = timerOf(around, parameters[0])
  // A timer that was set outside the flight is a real one.
  return timer === undefined ? Reflect.apply(real, self, parameters) : clear(timer)
}

/** The patches of the timers, of the globals and of the modules `timers` and `timers/promises`. */
export const patches = (): ReadonlyArray<Patch> => {
  const afterDelay = dispatcherOf(realPromise("setTimeout"), ({ around, parameters }) =>
    delayed(around, parameters[0], parameters[1], parameters[2])
  )
  const afterTurn = dispatcherOf(realPromise("setImmediate"), ({ around, parameters }) =>
    soon(around, parameters[0], parameters[1])
  )
  const scheduler: object = timersPromises.scheduler
  const schedulerPrototype: object = Object.getPrototypeOf(scheduler)
  return [
    ...[globalThis, nodeTimers].flatMap((holder) => [
      methodWith(holder, "setTimeout", (real) => scheduled(real, afterDelay)),
      methodWith(holder, "setImmediate", (real) => scheduled(real, afterTurn)),
      method(holder, "setInterval", ({ around, parameters }) => startInterval(around, parameters)),
      method(holder, "clearTimeout", stop),
      method(holder, "clearInterval", stop),
      method(holder, "clearImmediate", stop)
    ]),
    methodWith(timersPromises, "setTimeout", () => afterDelay),
    methodWith(timersPromises, "setImmediate", () => afterTurn),
    method(timersPromises, "setInterval", ({ around, parameters }) =>
      ticks(around, parameters[0], parameters[1], parameters[2])
    ),
    method(schedulerPrototype, "wait", ({ around, parameters }) =>
      delayed(around, parameters[0], undefined, parameters[1])
    ),
    method(schedulerPrototype, "yield", ({ around }) => soon(around, undefined, undefined))
  ]
}

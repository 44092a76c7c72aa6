/**
 * Loaded before anything else in the process that `doctor` compares with: every clock of the
 * machine shows a year more, and the heap and the chance of the engine have another history.
 *
 * Changes what the real globals tell. The guards, loaded later, take these for the real ones.
 */
import { yearMillis } from "./YearMillis.ts"

const putDates = (): void => {
  const Real = globalThis.Date
  const now = Real.now.bind(Real)
  const later = (): number => now() + yearMillis
  const Later = new Proxy(Real, {
    apply: () => Reflect.construct(Real, [later()]).toString(),
    construct: (target, parameters: ReadonlyArray<unknown>, made) =>
      // A proxy's handler gives the object that was made.
      Reflect.construct(target, parameters.length === 0 ? [later()] : parameters, made) as object
  })
  Object.defineProperty(Real, "now", { value: later, writable: true, configurable: true })
  Object.defineProperty(Real.prototype, "constructor", {
    value: Later,
    writable: true,
    configurable: true
  })
  globalThis.Date = Later
}

const putMonotonicClocks = (): void => {
  const { hrtime, uptime } = process
  const { bigint } = hrtime
  const holder: object = Object.getPrototypeOf(performance)
  const now: unknown = Reflect.get(holder, "now")
  const put = (on: object, key: string, value: unknown): void => {
    Object.defineProperty(on, key, { value, writable: true, configurable: true, enumerable: true })
  }
  if (typeof now === "function") {
    put(holder, "now", function (this: unknown) {
      return Number(Reflect.apply(now, this, [])) + yearMillis
    })
  }
  const later = (since?: [number, number]): [number, number] => {
    // A difference is the same in any year.
    if (since !== undefined) return hrtime([since[0] - yearMillis / 1_000, since[1]])
    const [seconds, nanos] = hrtime()
    return [seconds + yearMillis / 1_000, nanos]
  }
  put(later, "bigint", () => bigint() + BigInt(yearMillis) * 1_000_000n)
  put(process, "hrtime", later)
  put(process, "uptime", () => uptime() + yearMillis / 1_000)
}

/** Addresses and hashes that come from them, and from chance, differ in any other process. */
const ageHeap = (): ReadonlyArray<object> =>
  Array.from({ length: 10_007 }, (_, index) => ({ index, seen: new Map([[index, {}]]) }))

putDates()
putMonotonicClocks()
Reflect.set(globalThis, Symbol("heap of an older process"), ageHeap())

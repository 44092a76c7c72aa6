/**
 * Languages on a node: `en-US` and UTC for all that names no others, whatever the machine speaks.
 */
import { here } from "./Dispatch.ts"
import {
  type AnyFunction,
  type Call,
  construct,
  constructorOf,
  method,
  methodWith,
  type Patch
} from "./Patches.ts"
import { inTimeZone, localeDefault } from "./VirtualDate.ts"

const isObject = (given: unknown): given is object => typeof given === "object" && given !== null

/** Parameters that begin with locales, with a node's own where none are named. */
const withLocale = ([
  locales = localeDefault,
  ...others
]: ReadonlyArray<unknown>): Array<unknown> => [locales, ...others]

const build = (call: Call, parameters: Array<unknown>): unknown =>
  call.made === undefined
    ? Reflect.apply(call.real, undefined, parameters)
    : construct(call, parameters)

const formats = [
  "NumberFormat",
  "Collator",
  "PluralRules",
  "RelativeTimeFormat",
  "ListFormat",
  "DisplayNames",
  "Segmenter",
  "DurationFormat"
]

const standIn = (key: string, virtual: (call: Call) => unknown): ReadonlyArray<Patch> => {
  const real: unknown = Reflect.get(Intl, key)
  if (typeof real !== "function") return []
  const make = (found: AnyFunction): AnyFunction => constructorOf(found, virtual)
  const prototype: unknown = Reflect.get(real, "prototype")
  return [
    methodWith(Intl, key, make),
    ...(isObject(prototype) ? [methodWith(prototype, "constructor", make)] : [])
  ]
}

/** A formatter's method that takes the time of the machine when it is given none. */
const withNow = ({ around, parameters, real, self }: Call): unknown => {
  const [date = around.wallMillis(), ...others] = parameters
  return Reflect.apply(real, self, [date, ...others])
}

/** `format` is a getter of a bound function, the same one each time. */
const formatGetter = (): Patch => ({
  holder: Intl.DateTimeFormat.prototype,
  key: "format",
  replace: (real) => {
    const getReal = real.get
    if (getReal === undefined) return undefined
    const bound = new WeakMap<object, AnyFunction>()
    const get = function (this: unknown): unknown {
      // What the getter gives is a function of a date, or it throws.
      const format = Reflect.apply(getReal, this, []) as AnyFunction
      const before = bound.get(format)
      if (before !== undefined) return before
      const made = dateFormatter(format)
      bound.set(format, made)
      return made
    }
    return { ...real, get }
  }
})

const dateFormatter = (format: AnyFunction): AnyFunction => {
  const { dispatcher } = {
    dispatcher(this: unknown, ...parameters: Array<unknown>): unknown {
      const [date = here()?.wallMillis()] = parameters
      return format(date)
    }
  }
  return dispatcher
}

/** The patches of `Intl` and of the methods that speak a language. */
export const patches = (): ReadonlyArray<Patch> => [
  ...formats.flatMap((key) => standIn(key, (call) => build(call, withLocale(call.parameters)))),
  ...standIn("DateTimeFormat", (call) => {
    const [locales, options] = withLocale(call.parameters)
    const zoned = options === undefined || isObject(options) ? inTimeZone(options) : options
    return build(call, [locales, zoned])
  }),
  formatGetter(),
  method(Intl.DateTimeFormat.prototype, "formatToParts", withNow),
  method(String.prototype, "localeCompare", ({ parameters, real, self }) => {
    const [other, locales = localeDefault, options] = parameters
    return Reflect.apply(real, self, [other, locales, options])
  }),
  ...[
    [String.prototype, "toLocaleLowerCase"] as const,
    [String.prototype, "toLocaleUpperCase"] as const,
    [Number.prototype, "toLocaleString"] as const,
    [BigInt.prototype, "toLocaleString"] as const
  ].map(([holder, key]) =>
    method(holder, key, ({ parameters, real, self }) =>
      Reflect.apply(real, self, withLocale(parameters))
    )
  )
]

/**
 * Replacing properties of objects everybody shares, and putting back exactly what was there.
 *
 * A *dispatcher* stands in for a real function: it asks `here()` who is calling, and is the real
 * one for all code but that of a node in flight. Owns no decision about any single global.
 */
import { here } from "./Dispatch.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Any function, called with whatever the caller gives. */
export type AnyFunction = (this: unknown, ...parameters: Array<unknown>) => unknown

/** A call of a global by the code of a node. */
export interface Call {
  readonly around: Surroundings
  readonly self: unknown
  readonly parameters: Array<unknown>
  /** What the dispatcher stands in for. */
  readonly real: AnyFunction
  /** The class that `new` makes an instance of; `undefined` for a plain call. */
  readonly made: AnyFunction | undefined
}

/** What a dispatcher does for the code of a node. */
export type Virtual = (call: Call) => unknown

/** One property to replace. */
export interface Patch {
  readonly holder: object
  readonly key: PropertyKey
  /** What replaces it, from what was there; `undefined` leaves it. Asked anew when that changes. */
  readonly replace: (real: PropertyDescriptor) => PropertyDescriptor | undefined
  /** The holder inherits it from one that many share: it gets a property of its own meanwhile. */
  readonly isInherited?: boolean
}

// By the real function, so that `globalThis.setTimeout` stays the same as that of `node:timers`.
const dispatchers = new WeakMap<object, AnyFunction>()
const known = new WeakSet<object>()

const copyProperties = (from: object, to: object, own: object): void => {
  for (const key of Reflect.ownKeys(from)) {
    if (Object.hasOwn(own, key)) continue
    const property = Object.getOwnPropertyDescriptor(from, key)
    if (property !== undefined) Reflect.defineProperty(to, key, property)
  }
}

/** The stand-in for a method or function. One for each real one, whatever it is asked for. */
export const dispatcherOf = (
  real: AnyFunction,
  virtual: Virtual,
  /** Properties of the function that differ from the real one's. */
  properties: Readonly<Record<PropertyKey, unknown>> = {}
): AnyFunction => {
  const made = known.has(real) ? real : dispatchers.get(real)
  if (made !== undefined) return made
  // A method, so that it has no prototype and is no constructor, as the real one.
  const { dispatcher } = {
    dispatcher(this: unknown, ...parameters: Array<unknown>): unknown {
      const around = here()
      return around === undefined
        ? Reflect.apply(real, this, parameters)
        : virtual({ around, self: this, parameters, real, made: undefined })
    }
  }
  return remember(real, dispatcher, properties)
}

/** The stand-in for a class or function that may be called with `new`. Shares its prototype. */
export const constructorOf = (
  real: AnyFunction,
  virtual: Virtual,
  properties: Readonly<Record<PropertyKey, unknown>> = {}
): AnyFunction => {
  const made = known.has(real) ? real : dispatchers.get(real)
  if (made !== undefined) return made
  const dispatcher = function (this: unknown, ...parameters: Array<unknown>): unknown {
    const around = here()
    // What `new` is applied to is a function.
    const asked = new.target as AnyFunction | undefined
    const target = asked === dispatcher ? real : asked
    if (around !== undefined) {
      return virtual({ around, self: this, parameters, real, made: target })
    }
    if (target === undefined) return Reflect.apply(real, this, parameters)
    return Reflect.construct(real, parameters, target)
  }
  return remember(real, dispatcher, properties)
}

const remember = (
  real: AnyFunction,
  dispatcher: AnyFunction,
  properties: Readonly<Record<PropertyKey, unknown>>
): AnyFunction => {
  copyProperties(real, dispatcher, properties)
  for (const key of Reflect.ownKeys(properties)) {
    const property = Object.getOwnPropertyDescriptor(real, key)
    Reflect.defineProperty(dispatcher, key, {
      configurable: property?.configurable ?? true,
      enumerable: property?.enumerable ?? false,
      writable: property?.writable ?? true,
      value: properties[key]
    })
  }
  dispatchers.set(real, dispatcher)
  known.add(dispatcher)
  return dispatcher
}

/** Makes an instance of what the dispatcher stands in for, with other parameters. */
export const construct = ({ made, real }: Call, parameters: Array<unknown>): unknown =>
  Reflect.construct(real, parameters, made ?? real)

const isFunction = (value: unknown): value is AnyFunction => typeof value === "function"

/** The object on the chain of prototypes that has the property itself. */
export const ownerOf = (value: object, key: PropertyKey): object | undefined => {
  let owner: object | null = value
  while (owner !== null && !Object.hasOwn(owner, key)) owner = Object.getPrototypeOf(owner)
  return owner ?? undefined
}

const standIn =
  (make: (real: AnyFunction) => AnyFunction) =>
  (holder: object, key: PropertyKey): Patch => ({
    holder,
    key,
    replace: (real) => {
      if (isFunction(real.value)) return { ...real, value: make(real.value) }
      const getReal = real.get
      if (getReal === undefined) return undefined
      // Loaded when it is first asked for; its getter may then replace itself by the value.
      const get = function (this: unknown): unknown {
        const value: unknown = Reflect.apply(getReal, this, [])
        const found = Object.getOwnPropertyDescriptor(holder, key)
        if (found?.get !== get) Object.defineProperty(holder, key, { ...real, get })
        return isFunction(value) ? make(value) : value
      }
      return { ...real, get }
    }
  })

/** Replaces a function, where it is a property of its own. */
export const method = (holder: object, key: PropertyKey, virtual: Virtual): Patch =>
  standIn((real) => dispatcherOf(real, virtual))(holder, key)

/** Replaces a function that has properties of its own to replace. */
export const methodWith = (
  holder: object,
  key: PropertyKey,
  make: (real: AnyFunction) => AnyFunction
): Patch => standIn(make)(holder, key)

/** Replaces a class, where it is a property, and what its instances give as their class. */
export const newable = (holder: object, key: PropertyKey, virtual: Virtual): Patch =>
  standIn((real) => constructorOf(real, virtual))(holder, key)

/** Replaces what a property gives to the code of a node; a plain value becomes a getter. */
export const value = (
  holder: object,
  key: PropertyKey,
  virtual: (around: Surroundings) => unknown
): Patch => ({
  holder,
  key,
  replace: (real) => {
    const { configurable = true, enumerable = true } = real
    const readReal = real.get
    let kept: unknown = real.value
    return {
      configurable,
      enumerable,
      get(this: unknown): unknown {
        const around = here()
        if (around !== undefined) return virtual(around)
        return readReal === undefined ? kept : Reflect.apply(readReal, this, [])
      },
      set(this: unknown, next: unknown): void {
        if (real.set !== undefined) Reflect.apply(real.set, this, [next])
        else kept = next
      }
    }
  }
})

interface Place {
  readonly patch: Patch
  /** Where the property was found. */
  owner: object | undefined
  real: PropertyDescriptor | undefined
  replacement: PropertyDescriptor | undefined
}

/** A set of patches that is put in place and taken away as one. */
export interface PatchSet {
  readonly put: () => void
  /** Puts back what others have put in the place of a dispatcher: test runners do that. */
  readonly mend: () => void
  readonly remove: () => void
}

/** Makes a set that is not in place yet. Patches of properties that do not exist are left out. */
export const make = (patches: ReadonlyArray<Patch>): PatchSet => {
  const places = patches.map((patch): Place => ({
    patch,
    owner: undefined,
    real: undefined,
    replacement: undefined
  }))
  const inPlace: Array<Place> = []
  // Where test runners put their own: looked at before each flight, so these alone.
  const contested: Array<Place> = []

  const putOne = (place: Place): void => {
    const { holder, isInherited = false, key, replace } = place.patch
    const owner = isInherited ? ownerOf(holder, key) : holder
    const found = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, key)
    if (found === undefined || found.configurable === false) return
    place.owner = owner
    const before = place.real
    const isSame = before !== undefined && before.value === found.value && before.get === found.get
    if (!isSame) place.replacement = replace(found)
    place.real = found
    if (place.replacement === undefined) return
    Object.defineProperty(holder, key, place.replacement)
    inPlace.push(place)
    const { value } = place.replacement
    if (value === undefined) return
    if (holder === globalThis || holder === globalThis.process) contested.push(place)
  }

  const remove = (): void => {
    contested.length = 0
    // Backwards: a property that was replaced twice ends as it began.
    for (let place = inPlace.pop(); place !== undefined; place = inPlace.pop()) {
      const { owner, patch, real } = place
      if (owner !== patch.holder) Reflect.deleteProperty(patch.holder, patch.key)
      else if (real !== undefined) Object.defineProperty(owner, patch.key, real)
    }
  }

  const put = (): void => {
    try {
      for (const place of places) putOne(place)
    } catch (error) {
      remove()
      throw error
    }
  }

  const mend = (): void => {
    for (const { patch, replacement } of contested) {
      if (replacement === undefined) continue
      if (Reflect.get(patch.holder, patch.key) === replacement.value) continue
      Object.defineProperty(patch.holder, patch.key, replacement)
    }
  }

  return { put, mend, remove }
}

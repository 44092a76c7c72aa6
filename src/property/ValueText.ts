/**
 * One text for equal values: how properties compare, index and show what clients saw.
 *
 * Owns the notion of sameness of values: two values are the same exactly if their texts are. Keys
 * of objects are sorted, and so are maps and sets: no order that could differ by run is left.
 */

/** How deep a value may be nested; a value that contains itself is refused by it. */
export const depthMax = 100

/** How many characters of a value are shown to people. */
export const shownCharactersMax = 40

/**
 * The text of a value: JSON for what JSON has, and a distinct text for `undefined`, bigints, dates,
 * bytes, maps, sets and tagged objects. Throws a TypeError for what has no value to compare:
 * functions, symbols, promises, and whatever is nested deeper than `depthMax`.
 */
export const canonical = (value: unknown): string => textAt(value, 0)

/** Whether two values are the same. */
export const same = (left: unknown, right: unknown): boolean =>
  Object.is(left, right) || canonical(left) === canonical(right)

/** A value as people read it: `undefined` is `nothing`, and long texts are cut. */
export const shown = (value: unknown): string => {
  if (value === undefined) return "nothing"
  const text = canonical(value)
  return text.length <= shownCharactersMax ? text : `${text.slice(0, shownCharactersMax - 1)}…`
}

const textAt = (value: unknown, depth: number): string => {
  if (depth > depthMax) throw new TypeError(`a value is nested deeper than ${depthMax}`)
  switch (typeof value) {
    case "string":
      return JSON.stringify(value)
    case "number":
      // Both zeros are one value; String tells NaN and the infinities apart.
      return String(value === 0 ? 0 : value)
    case "bigint":
      return `${value}n`
    case "boolean":
    case "undefined":
      return String(value)
    case "object":
      return value === null ? "null" : objectText(value, depth + 1)
    case "function":
    case "symbol":
      throw new TypeError(`a ${typeof value} has no value to compare`)
  }
}

const objectText = (value: object, depth: number): string => {
  const list = (items: Iterable<unknown>): ReadonlyArray<string> =>
    Array.from(items, (item) => textAt(item, depth))
  if (Array.isArray(value)) return `[${list(value).join(",")}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map) return `Map(${[...list(value)].sort().join(",")})`
  if (value instanceof Set) return `Set(${[...list(value)].sort().join(",")})`
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return `Bytes(${bytes.join(",")})`
  }
  if (value instanceof Promise) throw new TypeError("a promise has no value to compare")
  const fields = Object.entries(value)
  // Effect's own data keeps its tag on the prototype, where entries do not see it.
  if (!Object.hasOwn(value, "_tag") && "_tag" in value) fields.push(["_tag", value._tag])
  return `{${fields
    .map(([key, field]) => `${JSON.stringify(key)}:${textAt(field, depth)}`)
    .sort()
    .join(",")}}`
}

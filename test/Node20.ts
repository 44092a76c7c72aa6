/**
 * What vitest 5 uses and Node 20 does not have, so that a failed test is told there as well.
 *
 * vitest declares Node 22. Its workers run on 20 as they are; its reporter and its snapshots group
 * with `Map.groupBy` and `Object.groupBy`, and without them a failure ends in a TypeError instead
 * of its message. Only the runner's own process loads this, never a test: what the product itself
 * needs on Node 20 must not be hidden. Goes when Node 20 does.
 */

const groupBy = <A, K>(
  items: Iterable<A>,
  keyOf: (item: A, index: number) => K
): Map<K, Array<A>> => {
  const groups = new Map<K, Array<A>>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
    index += 1
  }
  return groups
}

const fill = (holder: object, name: string, value: unknown): void => {
  if (Object.hasOwn(holder, name)) return
  Object.defineProperty(holder, name, { value, writable: true, configurable: true })
}

/** Adds what is missing; changes nothing on a Node that has it. */
export const fillIn = (): void => {
  fill(Map, "groupBy", groupBy)
  fill(Object, "groupBy", <A>(items: Iterable<A>, keyOf: (item: A, index: number) => PropertyKey) =>
    Object.assign(Object.create(null), Object.fromEntries(groupBy(items, keyOf)))
  )
  fill(Promise, "withResolvers", () => {
    let resolve: unknown
    let reject: unknown
    const promise = new Promise((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    return { promise, resolve, reject }
  })
}

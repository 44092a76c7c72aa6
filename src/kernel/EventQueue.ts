/**
 * The queue of everything that is going to happen, ordered by (time, sequence number).
 *
 * A binary heap over plain objects. Owns the order of events and nothing else: what an event
 * means, and who may still cancel it, is the kernel's business. Plain mutable code: this is the
 * inner loop.
 */

/** What the queue orders by: `time` in virtual microseconds, `sequence` to break ties. */
export interface Queued {
  readonly time: number
  readonly sequence: number
}

/** A priority queue of events; `pop` returns the earliest one. */
export interface EventQueue<A extends Queued> {
  readonly size: () => number
  readonly peek: () => A | undefined
  readonly push: (event: A) => void
  readonly pop: () => A | undefined
}

const isBefore = (left: Queued, right: Queued): boolean =>
  left.time < right.time || (left.time === right.time && left.sequence < right.sequence)

/** Makes an empty queue. Push and pop cost O(log n). */
export const make = <A extends Queued>(): EventQueue<A> => {
  const heap: Array<A> = []

  const push = (event: A): void => {
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      // The index is within the heap: it is half of one that is.
      const parent = heap[parentIndex] as A
      if (!isBefore(event, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = event
  }

  const pop = (): A | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    const length = heap.length
    let index = 0
    while (true) {
      let childIndex = 2 * index + 1
      if (childIndex >= length) break
      // Both indices are below the length, checked here and above.
      let child = heap[childIndex] as A
      if (childIndex + 1 < length) {
        const right = heap[childIndex + 1] as A
        if (isBefore(right, child)) {
          child = right
          childIndex += 1
        }
      }
      if (!isBefore(child, last)) break
      heap[index] = child
      index = childIndex
    }
    heap[index] = last
    return top
  }

  return {
    // No getter: V8 keeps one written here with the object's shape, and all it can reach with it.
    size: () => heap.length,
    peek: () => heap[0],
    push,
    pop
  }
}

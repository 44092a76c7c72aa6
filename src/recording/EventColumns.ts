/**
 * What is asked about all events at once, as columns of numbers: causes, messages, state.
 *
 * Owns the columns and how they grow. About 25 bytes an event, so a million events can be asked
 * who caused what without decoding one of them. Plain mutable code while it is filled.
 */

/** The columns of a recording. Only the builder writes into them. */
export interface EventColumns {
  readonly count: number
  /** The causes of step `s`, nearest first, are `causes[causeStarts[s] .. causeStarts[s + 1]]`. */
  readonly causeStarts: Int32Array
  readonly causes: Int32Array
  /** The message of each step, -1 for none. */
  readonly messages: Float64Array
  /** 1 where the event changes state. */
  readonly hasState: Uint8Array
}

/** Fills columns, one event after the other from step 0. */
export interface EventColumnsBuilder {
  /** `because` may hold more than `causeCount` entries; the rest is ignored. */
  readonly add: (
    because: ReadonlyArray<number>,
    causeCount: number,
    message: number,
    hasState: boolean
  ) => void
  readonly done: () => EventColumns
}

/** Makes a builder for so many events. */
export const columnsOf = (count: number): EventColumnsBuilder => {
  const causeStarts = new Int32Array(count + 1)
  const messages = new Float64Array(count)
  const hasState = new Uint8Array(count)
  let causes = new Int32Array(count + 16)
  let step = 0
  let causeEnd = 0
  return {
    add: (because, causeCount, message, changesState) => {
      if (causeEnd + causeCount > causes.length) {
        const larger = new Int32Array((causeEnd + causeCount) * 2)
        larger.set(causes)
        causes = larger
      }
      const start = causeEnd
      for (let index = 0; index < causeCount; index++) causes[causeEnd++] = because[index] ?? 0
      if (causeCount > 1) causes.subarray(start, causeEnd).sort().reverse()
      messages[step] = message
      hasState[step] = changesState ? 1 : 0
      causeStarts[++step] = causeEnd
    },
    done: () => ({ count: step, causeStarts, causes, messages, hasState })
  }
}

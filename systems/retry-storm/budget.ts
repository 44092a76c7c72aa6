/**
 * A retry budget: ten answers earn one retry. While nothing is answered nothing is tried again; a
 * front without a budget makes four times the load in that hour.
 *
 * A token bucket that success fills, as in gRPC's retry throttling; "Handling Overload" in Site
 * Reliability Engineering (Beyer and others, 2016) allows one retry in ten, too.
 */

/** The answers that a retry costs. */
const answersPerRetry = 10
/** The answers that may have been saved up: for ten retries. */
const savedMax = 100

/** A budget under way. */
export interface Budget {
  /** An answer has come. */
  readonly earn: () => void
  /** Takes a retry, if there is one. */
  readonly spend: () => boolean
}

/** Makes a budget with nothing in it. */
export const make = (): Budget => {
  let saved = 0
  return {
    earn: () => {
      saved = Math.min(savedMax, saved + 1)
    },
    spend: () => {
      if (saved < answersPerRetry) return false
      saved -= answersPerRetry
      return true
    }
  }
}

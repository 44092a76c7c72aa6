/**
 * What is known of a result besides the result: where its pieces were saved, and what an earlier
 * commit came to.
 *
 * Types only.
 */
import type { Interval } from "../stress/Statistics.ts"

/** A probe just under or just over the edge, flown again with a recording. */
export interface SavedProbe {
  readonly side: "under" | "over"
  /** What `replay` takes to open the recording; `undefined` when it was not saved. */
  readonly ref: string | undefined
  /** The recording, relative to the project. */
  readonly recording: string | undefined
}

/** What the same scenario came to at an earlier commit. */
export interface Change {
  readonly commit: string
  readonly breaking: (Interval & { readonly load: number }) | undefined
  /** The demonstrated load. */
  readonly demonstrated: number | undefined
}

/** Where the pieces of a result were saved; `undefined` for what was not. */
export interface StressSaved {
  /** The page, relative to the project. */
  readonly html: string | undefined
  /** One for each probe in the `edge` of the result, in its order. */
  readonly pair: ReadonlyArray<SavedProbe>
  readonly change: Change | undefined
}

/** Nothing was saved, and nothing is known of earlier commits. */
export const savedNowhere: StressSaved = { html: undefined, pair: [], change: undefined }

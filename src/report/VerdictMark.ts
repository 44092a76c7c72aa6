/**
 * The mark that a verdict has at the beginning of a line. All are equally wide, so that what
 * follows stands in one column.
 */
import type { BatchVerdict } from "../flight/BatchResult.ts"
import type { Paint } from "./Paint.ts"

/** The marks, by verdict. */
export const marks: { readonly [Verdict in BatchVerdict]: string } = {
  holds: "ok  ",
  violated: "FAIL",
  unknown: "?   "
}

/** The mark in the colour of the verdict. */
export const verdictMark = (verdict: BatchVerdict, paint: Paint): string => {
  const mark = marks[verdict]
  if (verdict === "holds") return paint.good(mark)
  return verdict === "violated" ? paint.bad(mark) : paint.doubtful(mark)
}

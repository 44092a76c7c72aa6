/**
 * A fact of a report: a label, what is said beside it, and how good or bad that is.
 *
 * Types only. The terminal and the page show the same facts, each in its own way. Texts have been
 * made visible; their no-break spaces keep together what belongs together.
 */

/** Whether a thing is as it should be. Said in words too, never by colour alone. */
export type Mood = "good" | "bad" | "doubtful"

/** One fact. */
export interface Fact {
  /** A few words; empty when it belongs to the fact before. */
  readonly label: string
  /** Short, and before the text: what a reader looks for first. */
  readonly lead?: { readonly text: string; readonly mood: Mood }
  readonly text: string
  /** What to type to look into it. */
  readonly command?: string
}

/** Facts about one thing. */
export interface Section {
  readonly title: string
  readonly facts: ReadonlyArray<Fact>
}

/** Facts that share a label: it stands before the first alone. */
export const underOneLabel = (
  label: string,
  facts: ReadonlyArray<Omit<Fact, "label">>
): ReadonlyArray<Fact> => facts.map((fact, at) => ({ ...fact, label: at === 0 ? label : "" }))

/**
 * What `doctor` prints: a line for each scenario, and of what differs both sides.
 */
import { canonicalJson } from "../recording/Digest.ts"
import type { Event } from "../recording/Event.ts"
import { visible } from "../recording/VisibleText.ts"
import { toText } from "../turbulence/Seed.ts"
import { type Checked, type Found, verdictOf } from "./DoctorReport.ts"
import { countOf, padEnd, timeText, whatText, whoText } from "./EventWords.ts"
import { leakText } from "../flight/Unasked.ts"
import { leaksShownMax } from "./LeakReport.ts"
import type { Paint } from "./Paint.ts"

/** Most characters shown of a value or a state. */
export const valueCharactersMax = 200

/** What is said of a scenario, lines without a last newline. */
export const checkedText = (checked: Checked, idColumns: number, paint: Paint): string => {
  const { difference, id, leaks, places, runs } = checked
  const line = (mark: string, said: string): string =>
    ` ${mark}  ${padEnd(visible(id), idColumns)}  ${said} (${countOf(runs, "run")})`
  switch (verdictOf(checked)) {
    case "same":
      return line(paint.good("ok  "), `same in ${countOf(places.length, "place")}`)
    case "leaks": {
      const shown = leaks.slice(0, leaksShownMax).map((leak) => `       ${visible(leakText(leak))}`)
      const left = leaks.length - shown.length
      return [
        line(paint.bad("LEAK"), `reaches past the simulation`),
        ...shown,
        ...(left > 0 ? [`       and ${left} more; --json lists all`] : [])
      ].join("\n")
    }
    case "differs":
      return [
        line(paint.bad("DIFF"), `differs ${difference?.place ?? ""}`),
        ...(difference === undefined ? [] : differenceLines(id, difference))
      ].join("\n")
  }
}

const label = (name: string, text: string): string => `   ${name.padEnd(8)} ${text}`

const differenceLines = (id: string, found: Found): ReadonlyArray<string> => {
  const { here, likely, run, step, there } = found
  const where = step === undefined ? "its events were not kept" : `first at event ${step}`
  const sides =
    step === undefined
      ? []
      : ["", ...sideLines("here", here, there), ...sideLines("there", there, here)]
  return [
    `       run ${run.runIndex}, ${where}`,
    ...sides,
    "",
    label("likely", likely),
    label("rerun", `npx downforce doctor ${visible(id)} --seed ${toText(run.seed)}`),
    ""
  ]
}

const cut = (text: string): string =>
  text.length <= valueCharactersMax ? text : `${text.slice(0, valueCharactersMax - 1)}…`

/** One side: its event on a line, then of its value and state what is not the same on the other. */
const sideLines = (
  name: string,
  event: Event | undefined,
  other: Event | undefined
): ReadonlyArray<string> => {
  if (event === undefined) return [label(name, "has ended")]
  const text = `${timeText(event.time)}  ${whoText(event)}  ${whatText(event)}`
  const at = event.source === undefined ? "" : `  ${visible(event.source)}`
  const parts = (["value", "state"] as const).flatMap((key) =>
    event[key] === undefined || canonicalJson(event[key]) === canonicalJson(other?.[key])
      ? []
      : [label("", `${key} ${visible(cut(JSON.stringify(event[key])))}`)]
  )
  return [label(name, `${text}${at}`), ...parts]
}

/** The last line: how many are the same. */
export const checkedTotal = (all: ReadonlyArray<Checked>, seed: number, paint: Paint): string => {
  const count = (verdict: ReturnType<typeof verdictOf>): number =>
    all.filter((each) => verdictOf(each) === verdict).length
  const parts = [
    ...(count("leaks") === 0 ? [] : [paint.bad(`${count("leaks")} with leaks`)]),
    ...(count("differs") === 0 ? [] : [paint.bad(`${count("differs")} differing`)]),
    ...(count("same") === 0 ? [] : [`${count("same")} the same`])
  ]
  return ` ${countOf(all.length, "scenario")}: ${parts.join(", ")} · seed ${toText(seed)}`
}

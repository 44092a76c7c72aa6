/**
 * The next state of the replay for anything that may happen to it.
 *
 * Owns reading what is typed: counts, marks, the filter's prompt, and work in chunks. The keys
 * themselves are in Keys, what they do in Actions.
 */
import { act, keepSeeking } from "./Actions.ts"
import { advance, isComplete, make } from "./Filter.ts"
import { actionOf, bindings } from "./Keys.ts"
import { panes } from "./Layout.ts"
import { jump, noticed, resized, settled, type Input, type ReplayModel } from "./ReplayModel.ts"

/** Most digits of a count. */
const countDigitsMax = 9
/** Longest filter in characters. */
const promptLengthMax = 200

const counted = new Set(
  bindings.filter((binding) => binding.counted !== undefined).map((binding) => binding.action)
)

/** Whether there is work left for `Tick`. */
export const isBusy = (model: ReplayModel): boolean =>
  model.seek !== undefined ||
  (model.filter !== undefined && !isComplete(model.filter, model.recording))

/** Whether the last digit may still turn out to be a count: then `Settle` is due in a while. */
export const isUndecided = (model: ReplayModel): boolean => model.paneBefore !== undefined

const tick = (model: ReplayModel): ReplayModel => {
  if (model.seek !== undefined) return keepSeeking(model)
  if (model.filter === undefined || isComplete(model.filter, model.recording)) return model
  const filter = advance(model.filter, model.recording)
  const next = settled({ ...model, filter })
  if (!isComplete(filter, model.recording)) return next
  return filter.matches.length === 0 ? noticed(next, `nothing matches ${filter.text}`) : next
}

const promptKey = (model: ReplayModel, prompt: string, key: string): ReplayModel => {
  if (key === "escape" || key === "ctrl-c") return { ...model, prompt: undefined }
  if (key === "return") {
    const typed = { ...model, prompt: undefined }
    if (prompt === "" || prompt === "!") return settled({ ...typed, filter: undefined })
    return tick(settled({ ...typed, filter: make(prompt) }))
  }
  if (key === "backspace") {
    // Backspace in an empty prompt leaves it, as in vi.
    return prompt === ""
      ? { ...model, prompt: undefined }
      : { ...model, prompt: [...prompt].slice(0, -1).join("") }
  }
  const isCharacter = [...key].length === 1
  return isCharacter && prompt.length < promptLengthMax ? { ...model, prompt: prompt + key } : model
}

const letterKey = (
  model: ReplayModel,
  waiting: "setMark" | "goToMark",
  key: string
): ReplayModel => {
  const ready = { ...model, waiting: undefined }
  if (!/^[a-z]$/i.test(key)) {
    return key === "escape" ? ready : noticed(ready, "a mark is a letter")
  }
  if (waiting === "setMark") {
    const marks = new Map(model.marks).set(key, model.selected)
    return noticed({ ...ready, marks }, `mark ${key} set at ${model.selected}`)
  }
  const step = model.marks.get(key)
  return step === undefined ? noticed(ready, `there is no mark ${key}`) : jump(ready, step)
}

const digitKey = (model: ReplayModel, key: string): ReplayModel => {
  if (model.count !== "") {
    const count = (model.count + key).slice(0, countDigitsMax)
    return { ...model, count, pane: model.paneBefore ?? model.pane, paneBefore: undefined }
  }
  if (key === "0") return model
  const pane = panes[Number(key) - 1]
  if (pane === undefined) return { ...model, count: key }
  return settled({ ...model, count: key, pane, paneBefore: model.pane, scroll: 0 })
}

const keyed = (model: ReplayModel, key: string): ReplayModel => {
  const quiet: ReplayModel = { ...model, notice: "" }
  if (quiet.prompt !== undefined) return promptKey(quiet, quiet.prompt, key)
  if (quiet.waiting !== undefined) return letterKey(quiet, quiet.waiting, key)
  if (/^[0-9]$/.test(key) && quiet.screen === "panes") return digitKey(quiet, key)
  const action = actionOf(key)
  const isCounted = action !== undefined && counted.has(action)
  const ready: ReplayModel = {
    ...quiet,
    count: "",
    paneBefore: undefined,
    pane: isCounted ? (quiet.paneBefore ?? quiet.pane) : quiet.pane,
    // Any key puts an end to looking further.
    seek: undefined
  }
  if (action === undefined) return ready
  return settled(act(ready, action, quiet.count === "" ? undefined : Number(quiet.count)))
}

const checked = (
  model: ReplayModel,
  check: Extract<Input, { readonly _tag: "Checked" }>["check"]
): ReplayModel => {
  const next: ReplayModel = { ...model, replay: check }
  switch (check._tag) {
    case "exact":
      return next
    case "differs":
      return noticed(next, `replay differs at ${check.step}: ${check.choicePoint}`)
    case "unavailable":
      return noticed(next, `replay not checked: ${check.reason}`)
  }
}

/** The state after an input. */
export const update = (model: ReplayModel, input: Input): ReplayModel => {
  switch (input._tag) {
    case "Key":
      return keyed(model, input.key)
    case "Resize":
      return resized(model, input.columns, input.rows)
    case "Tick":
      return tick(model)
    case "Settle":
      return isUndecided(model) ? { ...model, count: "", paneBefore: undefined } : model
    case "Checking":
      return { ...model, replay: "checking" }
    case "Checked":
      return checked(model, input.check)
  }
}

/**
 * What each action of the key table does to the replay.
 *
 * Owns one handler per action; the compiler sees to it that none is missing. Looking for an event
 * goes on over several chunks when it is far: `keepSeeking` continues.
 */
import { chunkEventsMax, firstFrom, isComplete } from "./Filter.ts"
import { isTrouble } from "./EventText.ts"
import { keysLength } from "./KeysPane.ts"
import type { Action } from "./Keys.ts"
import { layout, jump, listRows, noticed, select, type ReplayModel } from "./ReplayModel.ts"
import { panes, type Pane } from "./Layout.ts"
import { stateLength } from "./StatePane.ts"
import { whyLength } from "./WhyPane.ts"

type Handler = (model: ReplayModel, count: number | undefined) => ReplayModel

/** Looks on for at most a chunk of events, and selects what it was looking for when it is there. */
export const keepSeeking = (model: ReplayModel): ReplayModel => {
  const { recording, seek } = model
  if (seek === undefined) return model
  let { found, left, next } = seek
  for (let looked = 0; looked < chunkEventsMax; looked++, next += seek.direction) {
    if (next < 0 || next >= recording.header.events) {
      const done: ReplayModel = { ...model, seek: undefined }
      const where = seek.direction === 1 ? "later" : "earlier"
      const what = seek.node === undefined ? "fault" : `event on ${seek.node}`
      return found === undefined ? noticed(done, `no ${where} ${what}`) : jump(done, found)
    }
    const event = recording.event(next)
    const isWanted = seek.node === undefined ? isTrouble(event) : event.node === seek.node
    if (isWanted) {
      found = next
      left--
      if (left === 0) return jump({ ...model, seek: undefined }, found)
    }
  }
  return noticed({ ...model, seek: { ...seek, found, left, next } }, `looking at event ${next}`)
}

const seekTrouble =
  (direction: 1 | -1): Handler =>
  (model, count) =>
    keepSeeking({
      ...model,
      seek: {
        direction,
        next: model.selected + direction,
        node: undefined,
        left: Math.max(1, count ?? 1),
        found: undefined
      }
    })

const seekNode =
  (direction: 1 | -1): Handler =>
  (model, count) => {
    if (model.recording.header.events === 0) return model
    const { node } = model.recording.event(model.selected)
    if (node === undefined) return noticed(model, "this event is on no node")
    const next = model.selected + direction
    const left = Math.max(1, count ?? 1)
    return keepSeeking({ ...model, seek: { direction, next, node, left, found: undefined } })
  }

/** Moves by so many events; with a filter by events all the same, see Rows. */
const stepBy =
  (direction: 1 | -1): Handler =>
  (model, count) => {
    if (model.screen === "keys") return scrollBy(model, direction * (count ?? 1))
    return select(model, model.selected + direction * (count ?? 1))
  }

const lengthOf = (model: ReplayModel): number => {
  if (model.screen === "keys") return keysLength(model)
  return model.pane === "state" ? stateLength(model) : whyLength(model)
}

const scrollBy = (model: ReplayModel, lines: number): ReplayModel => {
  const height = model.screen === "keys" ? layout(model).bodyRows - 1 : layout(model).paneRows
  const most = Math.max(0, lengthOf(model) - height)
  return { ...model, scroll: Math.max(0, Math.min(most, model.scroll + lines)) }
}

/** Moves by a share of a page: the list by rows, so through the matches of a filter. */
const pageBy =
  (share: number): Handler =>
  (model) => {
    const { listRows: height, paneRows } = layout(model)
    const isList = model.screen === "panes" && (model.pane === "events" || model.pane === "lanes")
    const page = isList ? height : paneRows
    const distance = Math.sign(share) * Math.max(1, Math.floor(Math.abs(share) * page))
    if (!isList) return scrollBy(model, distance)
    const rows = listRows(model)
    const row = Math.max(0, Math.min(rows.count - 1, rows.selected + distance))
    return select(model, rows.stepAt(row) ?? model.selected)
  }

const why: Handler = (model, count) => {
  if (model.recording.header.events === 0) return model
  let step = model.selected
  for (let gone = 0; gone < Math.min(count ?? 1, model.recording.header.events); gone++) {
    const cause = model.recording.causes(step)[0]
    if (cause === undefined) break
    step = cause
  }
  return step === model.selected ? noticed(model, "nothing caused this event") : jump(model, step)
}

const follow: Handler = (model) => {
  if (model.recording.header.events === 0) return model
  const end = model.recording.otherEnd(model.selected)
  return end === undefined ? noticed(model, "no message to follow here") : jump(model, end)
}

const back: Handler = (model) => {
  const step = model.jumps.at(-1)
  if (step === undefined) return noticed(model, "no jump to go back")
  return { ...select(model, step), jumps: model.jumps.slice(0, -1) }
}

const match =
  (direction: 1 | -1): Handler =>
  (model, count) => {
    const { filter, recording, selected } = model
    if (filter === undefined) return noticed(model, "no filter: / sets one")
    const { matches } = filter
    const far = Math.max(1, count ?? 1)
    const wanted =
      direction === 1
        ? Math.min(matches.length - 1, firstFrom(matches, selected + 1) + far - 1)
        : Math.max(0, firstFrom(matches, selected) - far)
    const step = matches[wanted]
    if (step !== undefined && (step - selected) * direction > 0) return jump(model, step)
    if (!isComplete(filter, recording)) return noticed(model, "still filtering")
    return noticed(model, direction === 1 ? "no later match" : "no earlier match")
  }

const focus = (model: ReplayModel, pane: Pane): ReplayModel => ({ ...model, pane, scroll: 0 })

const paneBy =
  (direction: 1 | -1): Handler =>
  (model) => {
    const index = panes.indexOf(model.pane) + direction + panes.length
    return focus(model, panes[index % panes.length] ?? "events")
  }

const escape: Handler = (model, count) => {
  if (count !== undefined) return model
  if (model.screen === "keys") return { ...model, screen: "panes", scroll: 0 }
  if (model.zoomed) return { ...model, zoomed: false, scroll: 0 }
  return { ...model, filter: undefined }
}

const quit: Handler = (model) =>
  model.screen === "keys" ? { ...model, screen: "panes", scroll: 0 } : { ...model, ended: true }

const toNumber = (model: ReplayModel, count: number | undefined, fallback: number): ReplayModel =>
  jump(model, count ?? fallback)

const handlers: Record<Action, Handler> = {
  next: stepBy(1),
  previous: stepBy(-1),
  nextOnNode: seekNode(1),
  previousOnNode: seekNode(-1),
  first: (model, count) => toNumber(model, count, 0),
  last: (model, count) => toNumber(model, count, model.recording.header.events - 1),
  halfPageDown: pageBy(0.5),
  halfPageUp: pageBy(-0.5),
  pageDown: pageBy(1),
  pageUp: pageBy(-1),
  violation: (model) => jump(model, model.recording.violation),
  nextFault: seekTrouble(1),
  previousFault: seekTrouble(-1),
  why,
  follow,
  back,
  filter: (model) => ({ ...model, prompt: "" }),
  nextMatch: match(1),
  previousMatch: match(-1),
  setMark: (model) => ({ ...model, waiting: "setMark" }),
  goToMark: (model) => ({ ...model, waiting: "goToMark" }),
  nextPane: paneBy(1),
  previousPane: paneBy(-1),
  pane1: (model) => focus(model, "events"),
  pane2: (model) => focus(model, "lanes"),
  pane3: (model) => focus(model, "state"),
  pane4: (model) => focus(model, "why"),
  zoom: (model) => ({ ...model, zoomed: !model.zoomed, scroll: 0 }),
  state: (model) => ({
    ...model,
    stateShown: model.stateShown === "changed" ? "all" : "changed",
    scroll: 0
  }),
  keys: (model) => ({
    ...model,
    screen: model.screen === "keys" ? "panes" : "keys",
    scroll: 0
  }),
  escape,
  quit
}

/** What works while the keys are on the screen; any other key does nothing there. */
const onKeysScreen = new Set<Action>([
  "next",
  "previous",
  "halfPageDown",
  "halfPageUp",
  "pageDown",
  "pageUp",
  "keys",
  "escape",
  "quit"
])

/** The model after an action. */
export const act = (model: ReplayModel, action: Action, count: number | undefined): ReplayModel =>
  model.screen === "keys" && !onKeysScreen.has(action) ? model : handlers[action](model, count)

/**
 * The state of all probes while walking through events, and when it is worth a checkpoint.
 *
 * Owns how an event changes the state and what counts as a change. Where checkpoints are kept (a
 * file, memory) is for others.
 */
import type { Schema } from "effect"
import { sameJson } from "./Difference.ts"
import type { Event } from "./Event.ts"
import { checkpointEventsMin } from "./Limits.ts"
import type { State, StateChange } from "./Recording.ts"

/** A state under construction: probe values by node, then by probe. */
export type WorkingState = Map<string, Map<string, Schema.Json>>

/** Compares names by UTF-16 code units: the same order in every locale. */
const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0

/** Applies what an event changed. Null takes a probe away, and a node without probes goes too. */
export const applyEvent = (state: WorkingState, event: Event): void => {
  if (event.state === undefined || event.node === undefined) return
  const probes = state.get(event.node) ?? new Map<string, Schema.Json>()
  for (const [probe, value] of Object.entries(event.state)) {
    if (value === null) probes.delete(probe)
    else probes.set(probe, value)
  }
  if (probes.size === 0) state.delete(event.node)
  else state.set(event.node, probes)
}

/** A copy that later changes of the original do not reach. Values are shared, never changed. */
export const copyOf = (state: State): WorkingState => {
  const copy: WorkingState = new Map()
  for (const [node, probes] of state) copy.set(node, new Map(probes))
  return copy
}

/** The state as readers get it: a copy, nodes and probes sorted by name. */
export const sortedState = (state: State): State =>
  new Map(
    [...state].sort(byName).map(([node, probes]) => [node, new Map([...probes].sort(byName))])
  )

/** What an event changes in the state before it, sorted by probe. Values set again are none. */
export const changesOf = (before: State, event: Event): ReadonlyArray<StateChange> => {
  const { node } = event
  if (event.state === undefined || node === undefined) return []
  const probes = before.get(node)
  const changes: Array<StateChange> = []
  for (const [probe, after] of Object.entries(event.state).sort(byName)) {
    const known = probes?.get(probe)
    const old = known === undefined ? {} : { before: known }
    if (after === null) {
      if (known !== undefined) changes.push({ node, probe, ...old })
    } else if (known === undefined || !sameJson(known, after)) {
      changes.push({ node, probe, ...old, after })
    }
  }
  return changes
}

/**
 * Tells when a checkpoint is due: after `checkpointEventsMin` events, and not before the events
 * since the last one outweigh it, so that checkpoints at most double a recording however large
 * its state grows. Weights are in one unit of the caller's choice, bytes or entries.
 */
export const checkpointPace = (): {
  readonly isDue: (eventWeight: number) => boolean
  readonly taken: (checkpointWeight: number) => void
} => {
  let events = 0
  let weight = 0
  let lastWeight = 0
  return {
    isDue: (eventWeight) => {
      events++
      weight += eventWeight
      return events >= checkpointEventsMin && weight >= lastWeight
    },
    taken: (checkpointWeight) => {
      events = 0
      weight = 0
      lastWeight = checkpointWeight
    }
  }
}

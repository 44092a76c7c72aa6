/** Stores that keep what they promise, each in a way of its own. */
import { Effect } from "effect"
import * as Records from "../../../systems/outbox/records.ts"
import type { Entries, Entry, Store } from "./Notebook.ts"
import type { Step, Volume } from "./Volume.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The names of files. */
export const names = {
  notes: "/notes",
  temporary: "/notes.new",
  log: "/log",
  index: "/index",
  texts: "/texts",
  generation: "generation-"
} as const

export const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** An entry as a record. */
export const encode = ({ id, text }: Entry): Uint8Array =>
  Records.make(encoder.encode(`${id}\n${text}`))

export const encodeAll = (entries: Entries): Uint8Array => concat(entries.map(encode))

const payloads = (bytes: Uint8Array, isWhole: (record: Records.Record) => boolean) => {
  const found: Array<string> = []
  let record = Records.at(bytes, 0)
  while (record !== undefined && isWhole(record)) {
    found.push(decoder.decode(record.payload))
    record = Records.at(bytes, record.end)
  }
  return found
}

const toEntry = (payload: string): Entry => {
  const [id = "", text = ""] = payload.split("\n")
  return { id, text }
}

const hasChecksum = ({ checksum, payload }: Records.Record) =>
  Records.checksumOf(payload) === checksum

/** The entries that bytes begin with, up to the first record that is none. */
export const decode = (bytes: Uint8Array): Entries => payloads(bytes, hasChecksum).map(toEntry)

/** The same by someone who trusts in what he reads. */
export const decodeUnchecked = (bytes: Uint8Array): Entries =>
  payloads(bytes, () => true).map(toEntry)

/** Takes steps one after the other. */
export const inOrder = (...steps: ReadonlyArray<Step>): Step =>
  Effect.forEach(steps, (step) => step, { discard: true })

/** Replaces a file: at every moment the old contents are there, or the new ones. */
export const replace = (volume: Volume, path: string, bytes: Uint8Array): Step =>
  inOrder(
    volume.write(names.temporary, bytes),
    volume.sync(names.temporary),
    volume.rename(names.temporary, path),
    volume.syncNames
  )

/** A store that writes all entries anew each time. */
export const rewriting = (
  save: (volume: Volume, all: Entries) => Step,
  load = (volume: Volume): Step<Entries> => Effect.map(volume.read(names.notes), decode)
): Store => ({ load, start: save, repair: save, add: save, believes: "disk" })

/** One file, replaced each time. */
export const snapshot = rewriting((volume, all) => replace(volume, names.notes, encodeAll(all)))

/** A log. It is written anew at a start, and where something has failed. */
export const log: Store = {
  load: (volume) => Effect.map(volume.read(names.log), decode),
  start: (volume, all) => replace(volume, names.log, encodeAll(all)),
  repair: (volume, all) => replace(volume, names.log, encodeAll(all)),
  add: (volume, _, added) =>
    inOrder(volume.append(names.log, encode(added)), volume.sync(names.log)),
  believes: "disk"
}

/** The numbers of the generations there are, the latest last. */
export const generations = (volume: Volume): Step<ReadonlyArray<number>> =>
  Effect.map(volume.names(names.generation), (found) =>
    found.map((name) => Number(name.slice(names.generation.length))).sort((a, b) => a - b)
  )

export const pathOf = (generation: number): string => `/${names.generation}${generation}`

/** All entries as one record: the whole of it is good, or nothing is. */
const encodeWhole = (all: Entries): Uint8Array => Records.make(concat([encodeAll(all), end]))
const end = Uint8Array.of(0)

const decodeWhole = (bytes: Uint8Array): Entries | undefined => {
  const record = Records.at(bytes, 0)
  return record !== undefined && hasChecksum(record) ? decode(record.payload) : undefined
}

/** A file for each generation, of which the latest whole one counts. */
export const generational = (
  succeed: (volume: Volume, next: string, bytes: Uint8Array, old: ReadonlyArray<string>) => Step
): Store =>
  rewriting(
    Effect.fnUntraced(function* (volume, all) {
      const found = yield* generations(volume)
      const next = pathOf((found.at(-1) ?? 0) + 1)
      yield* succeed(volume, next, encodeWhole(all), found.map(pathOf))
    }),
    Effect.fnUntraced(function* (volume) {
      for (const number of [...(yield* generations(volume))].reverse()) {
        const entries = decodeWhole(yield* volume.read(pathOf(number)))
        if (entries !== undefined) return entries
      }
      return []
    })
  )

/** The old ones go when the new one is sure to stay. */
export const careful = generational((volume, next, bytes, old) =>
  inOrder(
    volume.write(next, bytes),
    volume.sync(next),
    volume.syncNames,
    ...old.map((path) => volume.remove(path))
  )
)

const indexRecord = (id: string, at: number, length: number): Uint8Array =>
  Records.make(encoder.encode(`${id}\n${at}\n${length}`))

/** Writes all texts behind those that are there, then an index of where they are. */
const reindex = Effect.fnUntraced(function* (volume: Volume, all: Entries) {
  let at = (yield* volume.read(names.texts)).length
  const index: Array<Uint8Array> = []
  const texts = all.map(({ id, text }) => {
    const bytes = encoder.encode(text)
    index.push(indexRecord(id, at, bytes.length))
    at += bytes.length
    return bytes
  })
  yield* volume.append(names.texts, concat(texts))
  yield* volume.sync(names.texts)
  yield* replace(volume, names.index, concat(index))
})

/** Texts in one file; an index of them in another. */
export const indexed = (
  addBoth: (volume: Volume, text: Uint8Array, index: Uint8Array) => Step
): Store => ({
  load: Effect.fnUntraced(function* (volume) {
    const texts = yield* volume.read(names.texts)
    return payloads(yield* volume.read(names.index), hasChecksum).map((payload) => {
      const [id = "", at, length] = payload.split("\n")
      const from = Number(at)
      return { id, text: decoder.decode(texts.subarray(from, from + Number(length))) }
    })
  }),
  start: reindex,
  repair: reindex,
  add: Effect.fnUntraced(function* (volume, _, { id, text }) {
    const bytes = encoder.encode(text)
    const at = (yield* volume.read(names.texts)).length
    yield* addBoth(volume, bytes, indexRecord(id, at, bytes.length))
  }),
  believes: "disk"
})

/** What the index speaks of is on the disk before the index does. */
export const textsFirst = indexed((volume, text, index) =>
  inOrder(
    volume.append(names.texts, text),
    volume.sync(names.texts),
    volume.append(names.index, index),
    volume.sync(names.index)
  )
)

const entriesPerCheckpoint = 3

/** A checkpoint now and then, and a log of what came after it. */
export const checkpointing = (checkpoint: (volume: Volume, all: Entries) => Step): Store => ({
  load: Effect.fnUntraced(function* (volume) {
    const before = decode(yield* volume.read(names.notes))
    const after = decode(yield* volume.read(names.log))
    // The log may begin before the checkpoint: a crash came between the two.
    return [...before, ...after.filter(({ id }) => !before.some((entry) => entry.id === id))]
  }),
  start: checkpoint,
  repair: checkpoint,
  add: (volume, all, added) =>
    all.length % entriesPerCheckpoint === 0
      ? checkpoint(volume, all)
      : inOrder(volume.append(names.log, encode(added)), volume.sync(names.log)),
  believes: "disk"
})

/** The log is emptied when the checkpoint is sure to stay. */
export const checkpointFirst = checkpointing((volume, all) =>
  inOrder(
    replace(volume, names.notes, encodeAll(all)),
    volume.write(names.log, new Uint8Array()),
    volume.sync(names.log),
    volume.syncNames
  )
)

/** The stores that hold, by name. */
export const stores: Readonly<Record<string, Store>> = {
  "one file that is replaced": snapshot,
  "a log": log,
  "a file for each generation": careful,
  "an index beside its texts": textsFirst,
  "a checkpoint and a log": checkpointFirst
}

/** The durability mistakes that are made most, each a good store with one thing done wrong. */
import { Effect } from "effect"
import type { Store } from "./Notebook.ts"
import * as Stores from "./Stores.ts"
import type { Volume } from "./Volume.ts"

const { inOrder, names } = Stores

/** A sync that has failed is asked for again, and believed. */
const syncAgain = (volume: Volume) => Effect.retry(volume.sync(names.log), { times: 3 })

/** All by name; each must be caught. */
export const mistakes: Readonly<Record<string, Store>> = {
  "replies before it syncs": {
    ...Stores.log,
    add: (volume, _, added) => volume.append(names.log, Stores.encode(added))
  },
  "renames and does not sync the directory": Stores.rewriting((volume, all) =>
    inOrder(
      volume.write(names.temporary, Stores.encodeAll(all)),
      volume.sync(names.temporary),
      volume.rename(names.temporary, names.notes)
    )
  ),
  "syncs the directory before it renames": Stores.rewriting((volume, all) =>
    inOrder(
      volume.write(names.temporary, Stores.encodeAll(all)),
      volume.sync(names.temporary),
      volume.syncNames,
      volume.rename(names.temporary, names.notes)
    )
  ),
  "renames before it syncs the contents": Stores.rewriting((volume, all) =>
    inOrder(
      volume.write(names.temporary, Stores.encodeAll(all)),
      volume.rename(names.temporary, names.notes),
      volume.syncNames,
      volume.sync(names.notes)
    )
  ),
  "makes a file and does not sync the directory": {
    ...Stores.log,
    start: (volume, all) =>
      all.length > 0
        ? Stores.log.start(volume, all)
        : inOrder(volume.write(names.log, new Uint8Array()), volume.sync(names.log))
  },
  "writes over the only copy": Stores.rewriting((volume, all) =>
    // The newest come first: all that is there moves.
    inOrder(
      volume.overwrite(names.notes, Stores.encodeAll([...all].reverse())),
      volume.sync(names.notes),
      volume.syncNames
    )
  ),
  "removes the old file before it writes the new one": Stores.rewriting((volume, all) =>
    inOrder(
      volume.remove(names.notes),
      volume.write(names.notes, Stores.encodeAll(all)),
      volume.sync(names.notes),
      volume.syncNames
    )
  ),
  "removes the old file before the new name is synced": Stores.generational(
    (volume, next, bytes, old) =>
      inOrder(
        volume.write(next, bytes),
        volume.sync(next),
        ...old.map((path) => volume.remove(path)),
        volume.syncNames
      )
  ),
  "takes a left-over temporary file for the real one": {
    ...Stores.snapshot,
    load: (volume) =>
      Effect.flatMap(volume.exists(names.temporary), (isThere) =>
        Effect.map(volume.read(isThere ? names.temporary : names.notes), Stores.decode)
      )
  },
  "takes a failed read for an empty disk": {
    ...Stores.log,
    load: (volume) => Stores.log.load(volume).pipe(Effect.catch(() => Effect.succeed([])))
  },
  "ignores that a sync has failed": {
    ...Stores.log,
    add: (volume, _, added) =>
      inOrder(volume.append(names.log, Stores.encode(added)), Effect.ignore(volume.sync(names.log)))
  },
  "syncs again when a sync has failed": {
    ...Stores.log,
    add: (volume, _, added) =>
      inOrder(volume.append(names.log, Stores.encode(added)), syncAgain(volume))
  },
  "answers from memory what it failed to sync": { ...Stores.log, believes: "memory" },
  "appends behind what has failed": { ...Stores.log, repair: () => Effect.void },
  "appends behind a torn record": {
    ...Stores.log,
    start: (volume, all) =>
      Effect.flatMap(volume.exists(names.log), (isThere) =>
        isThere ? inOrder(volume.sync(names.log), volume.syncNames) : Stores.log.start(volume, all)
      )
  },
  "reads a log without checksums": {
    ...Stores.log,
    load: (volume) => Effect.map(volume.read(names.log), Stores.decodeUnchecked)
  },
  "does not look how much was written": {
    ...Stores.log,
    add: (volume, _, added) =>
      inOrder(
        Effect.asVoid(volume.appendSome(names.log, Stores.encode(added))),
        volume.sync(names.log)
      )
  },
  "takes two files to be written in order": Stores.indexed((volume, text, index) =>
    inOrder(
      volume.append(names.texts, text),
      volume.append(names.index, index),
      volume.sync(names.texts),
      volume.sync(names.index)
    )
  ),
  "empties the log before the checkpoint is synced": Stores.checkpointing((volume, all) =>
    inOrder(
      volume.write(names.temporary, Stores.encodeAll(all)),
      volume.rename(names.temporary, names.notes),
      volume.write(names.log, new Uint8Array()),
      volume.sync(names.log),
      volume.syncNames
    )
  )
}

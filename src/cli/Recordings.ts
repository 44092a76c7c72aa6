/**
 * Recordings and regressions on disk: where they are kept, how they are written and found.
 *
 * `.downforce/recordings/` is ignored by version control and pruned; `regressions/` is committed.
 * No path that a recording names is ever followed: files are found by what the user asked for.
 */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, Predicate, Result } from "effect"
import type { FoundFailure } from "../flight/BatchResult.ts"
import * as Regression from "../flight/Regression.ts"
import type { Event } from "../recording/Event.ts"
import type { Header } from "../recording/Header.ts"
import { fileBytesMax } from "../recording/Limits.ts"
import type { Recording } from "../recording/Recording.ts"
import { open } from "../recording/RecordingReader.ts"
import { encodeResult } from "../recording/RecordingWriter.ts"
import type { Saved } from "../report/FailureText.ts"
import { type CommandError, nothingMatched, wrong } from "./CommandError.ts"
import { near } from "./ScenarioPattern.ts"
import { reasonOf, writeWhole } from "./WholeFile.ts"

/** Where recordings are kept, relative to the project. */
export const recordingFolder = ".downforce/recordings"

/** What the file of a recording ends with. */
export const recordingEnding = ".ndjson.gz"

/** How many recordings are kept; when there are more, the oldest go. */
export const recordingsMax = 200

/** The largest regression file that is read, in bytes. */
export const regressionBytesMax = 4_194_304

const latestFile = `${recordingFolder}/latest`

/** A short id: a seed, and a number when another scenario's recording already has the seed. */
const shortId = /^[0-9a-f]{8}(?:-\d{1,3})?$/

const readBytes = (
  root: string,
  file: string,
  bytesMax: number
): Effect.Effect<Uint8Array, CommandError> =>
  Effect.suspend(() => {
    const advice = "name another file or fly again"
    try {
      const { size } = statSync(join(root, file))
      if (size <= bytesMax) return Effect.succeed(readFileSync(join(root, file)))
      return Effect.fail(wrong(`${file}: it has ${size} bytes, allowed are ${bytesMax}; ${advice}`))
    } catch (thrown) {
      const isMissing = Predicate.hasProperty(thrown, "code") && thrown.code === "ENOENT"
      if (isMissing) return Effect.fail(nothingMatched(`${file}: there is no such file; ${advice}`))
      return Effect.fail(wrong(`${file}: it cannot be read: ${reasonOf(thrown)}; ${advice}`))
    }
  })

const namesIn = (root: string, folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(join(root, folder)).sort()
  } catch {
    return []
  }
}

const fileOf = (id: string): string => `${recordingFolder}/${id}${recordingEnding}`

/** The short ids of all recordings that are kept. */
export const shortIds = (root: string): ReadonlyArray<string> =>
  namesIn(root, recordingFolder)
    .filter((name) => name.endsWith(recordingEnding))
    .map((name) => name.slice(0, -recordingEnding.length))
    .filter((id) => shortId.test(id))

/** Opens the recording in a file. `file` is relative to the project, or absolute. */
export const openFile = Effect.fnUntraced(function* (
  root: string,
  file: string
): Effect.fn.Return<Recording, CommandError> {
  const bytes = yield* readBytes(root, file, fileBytesMax)
  const opened = open(bytes, file)
  return Result.isSuccess(opened) ? opened.success : yield* wrong(opened.failure.message)
})

/** The scenario of a kept recording; `undefined` when it is none or cannot be read. */
const scenarioOf = (root: string, id: string): Effect.Effect<string | undefined> =>
  openFile(root, fileOf(id)).pipe(
    Effect.map((recording) => recording.header.scenario),
    Effect.orElseSucceed(() => undefined)
  )

/** The short id for a recording: its seed, unless another scenario's recording has it. */
const freeId = Effect.fnUntraced(function* (root: string, header: Header) {
  const { seed } = header.cause
  const taken = new Set(shortIds(root))
  for (let number = 1; number < 1_000; number++) {
    const id = number === 1 ? seed : `${seed}-${number}`
    if (!taken.has(id) || (yield* scenarioOf(root, id)) === header.scenario) return id
  }
  return seed
})

/** Takes the oldest recordings away when there are too many. */
const prune = (root: string, keep: string): void => {
  const ids = shortIds(root)
  if (ids.length <= recordingsMax) return
  const aged = ids
    .filter((id) => id !== keep)
    .map((id) => ({ id, at: statSync(join(root, fileOf(id))).mtimeMs }))
    .sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
  for (const { id } of aged.slice(0, ids.length - recordingsMax)) {
    rmSync(join(root, fileOf(id)), { force: true })
  }
}

/** Writes a recording and makes it the latest. Gives its short id and its file. */
export const save = Effect.fnUntraced(function* (
  root: string,
  header: Header,
  events: ReadonlyArray<Event>
): Effect.fn.Return<{ readonly id: string; readonly file: string }, CommandError> {
  const id = yield* freeId(root, header)
  const file = fileOf(id)
  const encoded = encodeResult(header, events, file)
  if (Result.isFailure(encoded)) return yield* wrong(encoded.failure.message)
  yield* writeWhole(root, file, encoded.success)
  yield* writeWhole(root, latestFile, `${id}\n`)
  prune(root, id)
  return { id, file }
})

/** Saves a failure: its recording, and its regression unless one is `known` for it. */
export const saveFailure = Effect.fnUntraced(function* (
  root: string,
  failure: FoundFailure,
  known: string | undefined
): Effect.fn.Return<Saved, CommandError> {
  const { file, id } = yield* save(root, failure.header, failure.events)
  const regression = Regression.fromHeader(failure.header)
  if (known !== undefined || regression === undefined) {
    return { regression: known, recording: file, ref: id }
  }
  const committed = Regression.fileOf(regression)
  yield* writeWhole(root, committed, Regression.encode(regression))
  return { regression: committed, recording: file, ref: id }
})

const readRegression = Effect.fnUntraced(function* (
  root: string,
  file: string
): Effect.fn.Return<Regression.SavedRegression, CommandError> {
  const bytes = yield* readBytes(root, file, regressionBytesMax)
  const decoded = Regression.decode(new TextDecoder().decode(bytes), file)
  return Result.isSuccess(decoded) ? decoded.success : yield* wrong(decoded.failure.message)
})

/** The saved regressions of a scenario, sorted by file. */
export const regressionsOf = Effect.fnUntraced(function* (
  root: string,
  scenario: string
): Effect.fn.Return<ReadonlyArray<Regression.SavedRegression>, CommandError> {
  const folder = dirname(`regressions/${scenario}`)
  const start = `${scenario.split("/").at(-1) ?? ""}-`
  const saved: Array<Regression.SavedRegression> = []
  for (const name of namesIn(root, folder)) {
    if (!name.startsWith(start) || !/^[0-9a-f]{8}\.json$/.test(name.slice(start.length))) continue
    const found = yield* readRegression(root, `${folder}/${name}`)
    if (found.regression.scenario === scenario) saved.push(found)
    else {
      return yield* wrong(
        `${found.file}: it is for the scenario ${found.regression.scenario}; move it there or` +
          " delete it"
      )
    }
  }
  return saved
})

/**
 * Saved regressions that no scenario flies any more, because it was renamed or deleted; those of
 * broken twins are not looked at. `ids` are all scenarios that are not broken.
 */
export const orphansOf = (
  root: string,
  ids: ReadonlyArray<string>,
  folder = "regressions"
): ReadonlyArray<string> =>
  namesIn(root, folder).flatMap((name) => {
    const path = `${folder}/${name}`
    if (name === "broken") return []
    const saved = /^regressions\/(.+)-[0-9a-f]{8}\.json$/.exec(path)
    if (saved === null) return orphansOf(root, ids, path)
    return ids.includes(saved[1] ?? "") ? [] : [path]
  })

/** What `ref` names: a recording to open, or a regression to fly first. */
export type Found =
  | { readonly _tag: "Recording"; readonly name: string; readonly recording: Recording }
  | { readonly _tag: "Regression"; readonly saved: Regression.SavedRegression }

/** Finds a recording or regression: `latest`, a short id, or the path of a file. */
export const find = Effect.fnUntraced(function* (
  root: string,
  ref: string
): Effect.fn.Return<Found, CommandError> {
  if (ref === "latest") return yield* findLatest(root)
  if (shortId.test(ref)) {
    const ids = shortIds(root)
    if (!ids.includes(ref)) return yield* unmatched(ref, ids)
    return { _tag: "Recording", name: ref, recording: yield* openFile(root, fileOf(ref)) }
  }
  if (ref.endsWith(".json")) {
    return { _tag: "Regression", saved: yield* readRegression(root, ref) }
  }
  if (/[/.\\]/.test(ref)) {
    return { _tag: "Recording", name: ref, recording: yield* openFile(root, ref) }
  }
  return yield* unmatched(ref, shortIds(root))
})

const findLatest = Effect.fnUntraced(function* (
  root: string
): Effect.fn.Return<Found, CommandError> {
  const ids = shortIds(root)
  if (ids.length === 0) {
    return yield* nothingMatched(
      `${recordingFolder} has no recording; a failing \`downforce fly\` writes one`
    )
  }
  const bytes = yield* readBytes(root, latestFile, 64)
  const id = new TextDecoder().decode(bytes).trim()
  if (!ids.includes(id)) return yield* unmatched("latest", ids)
  return { _tag: "Recording", name: id, recording: yield* openFile(root, fileOf(id)) }
})

const unmatched = (ref: string, ids: ReadonlyArray<string>): Effect.Effect<never, CommandError> => {
  const close = near(ref, ids)
  const advice =
    close.length > 0
      ? `did you mean ${close.join(" or ")}?`
      : "name a file, or fly with the seed to record it again"
  return Effect.fail(nothingMatched(`${ref}: there is no such recording; ${advice}`))
}

/** What a crash leaves of a disk: never more than was written, never less than was synced. */
import { Effect, FileSystem, Option } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { calm, type Entropy, fromSeed } from "../../src/turbulence/Entropy.ts"
import * as DiskMachine from "./DiskMachine.ts"
import * as DiskModel from "./DiskModel.ts"

const directories = ["one", "two"]
const paths = directories.flatMap((directory) =>
  ["a", "b", "c"].map((name) => `${directory}/${name}`)
)
const sector = 512

type Step =
  | {
      readonly step: "write"
      readonly path: string
      readonly first: number
      readonly count: number
    }
  | { readonly step: "replace"; readonly path: string; readonly count: number }
  | { readonly step: "truncate"; readonly path: string; readonly size: number }
  | { readonly step: "rename" | "link"; readonly path: string; readonly to: string }
  | { readonly step: "remove" | "syncFile"; readonly path: string }
  | { readonly step: "syncDirectory"; readonly directory: string }
  | { readonly step: "crash" | "restart" }

const path = fc.constantFrom(...paths)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant("write"),
      path,
      first: fc.nat({ max: 8 }),
      count: fc.integer({ min: 1, max: 14 })
    })
  },
  fc.record({ step: fc.constant("replace"), path, count: fc.nat({ max: 14 }) }),
  fc.record({ step: fc.constant("truncate"), path, size: fc.nat({ max: 12 }) }),
  { weight: 2, arbitrary: fc.record({ step: fc.constantFrom("rename", "link"), path, to: path }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constantFrom("remove", "syncFile"), path }) },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant("syncDirectory"),
      directory: fc.constantFrom(...directories)
    })
  },
  { weight: 2, arbitrary: fc.record({ step: fc.constantFrom("crash", "restart") }) }
)

const using = <A>(
  path: string,
  flag: FileSystem.OpenFlag,
  use: (file: FileSystem.File) => Effect.Effect<A, unknown>
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      return yield* use(yield* fs.open(path, { flag }))
    })
  )

const sync = (path: string) => using(path, "r", (file) => file.sync)

/** A sector of which every byte is the mark. */
const filled = (count: number, mark: number): Uint8Array =>
  new Uint8Array(count * sector).fill(mark)

const inodeOf = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return Number(Option.getOrThrow((yield* fs.stat(path)).ino))
  })

/** What is on the disk: each sector must be all of one mark, old or new. */
const look = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const found = new Map<string, { readonly id: number; readonly marks: ReadonlyArray<number> }>()
  for (const path of paths) {
    if (!(yield* fs.exists(path))) continue
    const bytes = yield* fs.readFile(path)
    const marks: Array<number> = []
    for (let at = 0; at < bytes.length; at += sector) {
      // What is neither old nor new has a mark that nothing ever had.
      const part = bytes.subarray(at, at + sector)
      const isWhole = part.length === sector && new Set(part).size === 1
      marks.push(isWhole ? (part[0] ?? -1) : -1)
    }
    found.set(path, { id: yield* inodeOf(path), marks })
  }
  return found
})

const prepared = (entropy: Entropy): DiskMachine.Machine => {
  const machine = DiskMachine.make({ entropy })
  machine.get(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      for (const directory of directories) yield* fs.makeDirectory(directory)
      yield* sync("/")
    })
  )
  return machine
}

/**
 * Does a step on both, and tells what contradicts the model;
 * the model says whether it can be done at all.
 */
const perform = (
  machine: DiskMachine.Machine,
  model: DiskModel.Model,
  step: Step,
  mark: number
): ReadonlyArray<string> | void => {
  const isThere = (path: string): boolean => model.names.has(path)
  const fs = FileSystem.FileSystem
  switch (step.step) {
    case "write": {
      const flag = isThere(step.path) ? "r+" : "wx+"
      machine.get(
        using(step.path, flag, (file) =>
          Effect.andThen(
            file.seek(BigInt(step.first * sector), "start"),
            file.writeAll(filled(step.count, mark))
          )
        )
      )
      model.write(step.path, machine.get(inodeOf(step.path)), step.first, step.count, mark)
      return
    }
    case "replace": {
      machine.get(Effect.flatMap(fs, (fs) => fs.writeFile(step.path, filled(step.count, mark))))
      if (isThere(step.path)) model.truncate(step.path, 0)
      model.write(step.path, machine.get(inodeOf(step.path)), 0, step.count, mark)
      return
    }
    case "truncate":
      if (!isThere(step.path)) return
      machine.get(Effect.flatMap(fs, (fs) => fs.truncate(step.path, step.size * sector)))
      return model.truncate(step.path, step.size)
    case "rename":
      if (!isThere(step.path)) return
      machine.get(Effect.flatMap(fs, (fs) => fs.rename(step.path, step.to)))
      return model.rename(step.path, step.to)
    case "link":
      if (!isThere(step.path) || isThere(step.to)) return
      machine.get(Effect.flatMap(fs, (fs) => fs.link(step.path, step.to)))
      return model.link(step.path, step.to)
    case "remove":
      if (!isThere(step.path)) return
      machine.get(Effect.flatMap(fs, (fs) => fs.remove(step.path)))
      return model.remove(step.path)
    case "syncFile":
      if (!isThere(step.path)) return
      machine.get(sync(step.path))
      return model.syncFile(step.path)
    case "syncDirectory":
      machine.get(sync(step.directory))
      return model.syncDirectory(step.directory)
    case "restart":
      return machine.restart()
    case "crash":
      machine.crash()
      return model.afterCrash(machine.get(look))
  }
}

const fly = (
  entropy: Entropy,
  steps: ReadonlyArray<Step>,
  keeps: Parameters<typeof DiskModel.make>[1] = "anything"
): { readonly machine: DiskMachine.Machine; readonly wrong: ReadonlyArray<string> } => {
  const machine = prepared(entropy)
  const model = DiskModel.make(paths, keeps)
  const all = [...steps, { step: "crash" } as const]
  const wrong = all.flatMap((step, index) => perform(machine, model, step, index + 1) ?? [])
  return { machine, wrong }
}

const steps = fc.array(step, { minLength: 1, maxLength: 40 })

describe("after a crash", () => {
  it("a disk shows what the model allows (rate of survival)", () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.constantFrom(0.2, 0.5, 0.9), (steps, seed, survive) => {
        expect(fly(fromSeed(seed, { survive }), steps).wrong).toEqual([])
      }),
      { numRuns: 1_500 }
    )
  })

  it("a disk in calm air shows what was synced and nothing else", () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const still = steps.filter(({ step }) => step !== "rename")
        const { machine, wrong } = fly(calm, still, "only what is synced")
        expect(wrong).toEqual([])
        const shown = machine.get(look)
        // Nothing is left to be lost: another crash changes nothing.
        machine.crash()
        expect(machine.get(look)).toEqual(shown)
      }),
      { numRuns: 300 }
    )
  })

  it("the space that is used is that of what is there", () => {
    fc.assert(
      fc.property(steps, fc.nat(), (steps, seed) => {
        const { machine } = fly(fromSeed(seed, { survive: 0.5 }), steps)
        const used = machine.disk.usedSectors
        machine.crash()
        expect(machine.disk.usedSectors).toBe(used)
        machine.get(
          Effect.gen(function* () {
            const fs = yield* FileSystem.FileSystem
            for (const directory of directories) yield* fs.remove(directory, { recursive: true })
          })
        )
        expect(machine.disk.usedSectors).toBe(1)
      }),
      { numRuns: 300 }
    )
  })
})

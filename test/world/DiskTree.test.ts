/** Directories that come, go and move, and crashes between: names are always a tree. */
import { Effect, FileSystem, Option } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import * as DiskMachine from "./DiskMachine.ts"

const files = FileSystem.FileSystem

const path = fc.constantFrom("a", "b", "c", "a/b", "a/c", "b/a", "b/c", "c/a", "a/b/c", "b/c/a")
const step = fc.oneof(
  fc.record({ step: fc.constantFrom("make", "file", "remove", "sync"), path }),
  { weight: 3, arbitrary: fc.record({ step: fc.constant("rename"), path, to: path }) },
  fc.record({ step: fc.constantFrom("crash", "anchor"), path })
)

const sync = (path: string) =>
  Effect.scoped(Effect.flatMap(files, (fs) => Effect.flatMap(fs.open(path), (file) => file.sync)))

interface Tree {
  /** By inode, its path. */
  readonly paths: ReadonlyMap<number, string>
  /** Why the names are no tree. */
  readonly wrong: ReadonlyArray<string>
}

const look = Effect.gen(function* () {
  const fs = yield* files
  const paths = new Map<number, string>()
  const wrong: Array<string> = []
  for (const path of yield* fs.readDirectory("/", { recursive: true })) {
    const info = yield* fs.stat(`/${path}`)
    const inode = Number(Option.getOrThrow(info.ino))
    const above = path.split("/").slice(0, -1).join("/")
    if (paths.has(inode)) wrong.push(`${path} is also ${paths.get(inode)}`)
    if ((yield* fs.realPath(`/${path}`)) !== `/${path}`) wrong.push(`${path} is elsewhere`)
    paths.set(inode, path)
    if (info.type !== "Directory") continue
    const parents = yield* fs.stat(`/${path}/..`)
    const parent = yield* fs.stat(`/${above}`)
    if (Option.getOrThrow(parents.ino) !== Option.getOrThrow(parent.ino)) {
      wrong.push(`${path} does not lead back up`)
    }
  }
  return { paths, wrong } satisfies Tree
})

/** Flies a program: what was lost although it was synced from the root, and what is no tree. */
const fly = (steps: ReadonlyArray<{ step: string; path: string; to?: string }>, seed: number) => {
  const machine = DiskMachine.make({ entropy: fromSeed(seed, { survive: 0.6 }) })
  for (const path of ["a", "b", "a/b", "a/b/c"]) {
    machine.get(Effect.flatMap(files, (fs) => fs.makeDirectory(`/${path}`)))
  }
  machine.get(Effect.flatMap(files, (fs) => fs.writeFileString("/b/c", "x")))
  for (const path of ["/", "/a", "/b", "/a/b"]) machine.get(sync(path))
  const anchored = new Set(machine.get(look).paths.keys())
  const wrong: Array<string> = []

  const change = (use: (fs: FileSystem.FileSystem) => Effect.Effect<unknown, unknown>): void => {
    const before = machine.get(look).paths
    machine.run(Effect.ignore(Effect.flatMap(files, use)))
    const after = machine.get(look).paths
    // What a program removes or replaces may be gone after a crash, or be there again.
    for (const inode of before.keys()) if (!after.has(inode)) anchored.delete(inode)
  }
  const anchor = (path: string): void => {
    const inode = [...machine.get(look).paths].find(([, each]) => each === path)?.[0]
    if (inode === undefined) return
    machine.get(sync("/"))
    for (const [index] of path.split("/").entries()) {
      machine.get(
        sync(
          `/${path
            .split("/")
            .slice(0, index + 1)
            .join("/")}`
        )
      )
    }
    anchored.add(inode)
  }

  for (const { path, step, to } of [...steps, { step: "crash", path: "", to: "" }]) {
    const at = `/${path}`
    if (step === "make") change((fs) => fs.makeDirectory(at))
    if (step === "file") change((fs) => fs.writeFileString(at, "x", { flag: "wx" }))
    if (step === "remove") change((fs) => fs.remove(at, { recursive: true }))
    if (step === "rename") change((fs) => fs.rename(at, `/${to}`))
    if (step === "sync") machine.run(Effect.ignore(sync(at)))
    if (step === "anchor") anchor(path)
    if (step !== "crash") continue
    machine.crash()
    const tree = machine.get(look)
    wrong.push(...tree.wrong)
    for (const inode of anchored) if (!tree.paths.has(inode)) wrong.push(`${inode} is lost`)
  }
  return wrong
}

describe("the names after a crash", () => {
  it("are a tree, in which what was synced from the root down is somewhere", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 40 }), fc.nat(), (steps, seed) => {
        expect(fly(steps, seed)).toEqual([])
      }),
      { numRuns: 400 }
    )
  })
})

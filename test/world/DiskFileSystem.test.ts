/** The simulated file system against the machine's own, for everything but crashes. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Effect, FileSystem } from "effect"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as DiskMachine from "./DiskMachine.ts"
import { type Command, command, interpret } from "./DiskPrograms.ts"

const onMachine = (program: ReadonlyArray<Command>): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const base = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
      return yield* interpret(base, program)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
  )

const simulated = (program: ReadonlyArray<Command>): ReadonlyArray<string> =>
  DiskMachine.make().get(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      yield* fs.makeDirectory("/base", { mode: 0o700 })
      return yield* interpret("/base", program)
    })
  )

describe("the simulated file system", () => {
  let before = 0
  beforeAll(() => {
    before = process.umask(0o022)
  })
  afterAll(() => void process.umask(before))

  it("gives what the machine's own gives, results, errors and trees", async () => {
    let calls = 0
    let failures = 0
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), async (program) => {
        const expected = await onMachine(program)
        calls += program.length
        failures += expected.filter((line) => line.includes(": ! ")).length
        expect(simulated(program)).toEqual(expected)
      }),
      { numRuns: 400 }
    )
    // Programs that always fail, or never, would compare little.
    expect(failures / calls).toBeGreaterThan(0.2)
    expect(failures / calls).toBeLessThan(0.8)
  })
})

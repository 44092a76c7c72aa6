/** Services that ask for files and declare no disk, and those that do. */
import { Effect, FileSystem, Path } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Fake, Service } from "downforce"
import { Mail } from "../Fixture.ts"

const written = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  yield* files.writeFileString("mail.log", "")
  return Mail.of({ send: () => Effect.void })
})

export const whileBuilt = Service.make("mail", {
  provides: Mail,
  // expect: needs a disk: declare `disk: {}` | FileSystem
  handlers: written
})

export const whileHandling = Service.make("mail", {
  provides: Mail,
  // expect: needs a disk: declare `disk: {}` | Path
  handlers: Effect.succeed(Mail.of({ send: () => Effect.asVoid(Path.Path) }))
})

export const ofAFake = Fake.make("mail", {
  provides: Mail,
  // expect: needs a disk: declare `disk: {}` | FileSystem
  handlers: written
})

export const withOne = Service.make("mail", {
  provides: Mail,
  disk: {},
  handlers: written
})

export const aSmallOne = Fake.make("mail", {
  provides: Mail,
  disk: { capacityBytes: 4_096 },
  handlers: Effect.succeed(Mail.of({ send: () => Effect.asVoid(Path.Path) }))
})

export const keyValues = Service.make("settings", {
  disk: {},
  handlers: Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    yield* store.set("theme", "dark")
  }).pipe(Effect.provide(KeyValueStore.layerFileSystem("settings")))
})

/** A disk by itself: syncs that fail, errors, space, time, corruption, and what is recorded. */
import { Effect, Exit, FileSystem, type PlatformError, Stream } from "effect"
import { describe, expect, it } from "vitest"
import type { Entropy } from "../../src/turbulence/Entropy.ts"
import { scripted } from "../flight/Fly.ts"
import * as DiskMachine from "./DiskMachine.ts"

const files = FileSystem.FileSystem

const write = (path: string, text: string, flag: FileSystem.OpenFlag = "w") =>
  Effect.flatMap(files, (fs) => fs.writeFileString(path, text, { flag }))
const read = (path: string) => Effect.flatMap(files, (fs) => fs.readFileString(path))
const sync = (path: string) =>
  Effect.scoped(Effect.flatMap(files, (fs) => Effect.flatMap(fs.open(path), (file) => file.sync)))
const durably = (path: string, text: string) =>
  write(path, text).pipe(Effect.andThen(sync(path)), Effect.andThen(sync("/")))

const codeOf = <A>(exit: Exit.Exit<A, PlatformError.PlatformError>): unknown => {
  const error = Exit.findErrorOption(exit)
  const cause = error._tag === "Some" ? error.value.reason.cause : undefined
  return typeof cause === "object" && cause !== null && "code" in cause ? cause.code : "none"
}

/** Every choice of one kind has one outcome. */
const always = (kind: string, outcome: number): Entropy => ({
  choose: (asked) => (asked === kind ? outcome : 0)
})

describe("a sync that fails", () => {
  it("fails once with EIO, and what was written before it never reaches the disk", () => {
    const machine = DiskMachine.make({ entropy: scripted({ failsync: { 2: 1 } }) })
    machine.get(durably("wal", "old"))
    machine.get(write("wal", "new", "r+"))
    expect(codeOf(machine.run(sync("wal")))).toBe("EIO")
    expect(machine.get(read("wal"))).toBe("new")
    machine.get(sync("wal"))
    expect(machine.get(read("wal"))).toBe("new")
    machine.crash()
    expect(machine.get(read("wal"))).toBe("old")
  })

  it("does not keep what is written after it from the disk, with all of its sector", () => {
    const machine = DiskMachine.make({ entropy: scripted({ failsync: { 2: 1 } }) })
    machine.get(durably("wal", "a".repeat(512) + "b".repeat(512)))
    machine.get(write("wal", "A".repeat(512) + "B".repeat(10), "r+"))
    machine.run(sync("wal"))
    machine.get(write("wal", "+", "a"))
    machine.get(sync("wal"))
    machine.crash()
    // Only the sector that was written after the failure is written back.
    expect(machine.get(read("wal"))).toBe(`${"a".repeat(512)}${"b".repeat(512)}+`)
  })

  it("of a directory keeps its entries pending", () => {
    const machine = DiskMachine.make({ entropy: scripted({ failsync: { 1: 1 } }) })
    machine.get(write("wal", "text"))
    machine.get(sync("wal"))
    expect(codeOf(machine.run(sync("/")))).toBe("EIO")
    machine.get(sync("/"))
    machine.crash()
    expect(machine.get(read("wal"))).toBe("text")
  })
})

describe("what is synced", () => {
  it("is a file's contents and not its name, a directory's names and not their contents", () => {
    const machine = DiskMachine.make()
    machine.get(Effect.andThen(write("a", "text"), sync("a")))
    machine.crash()
    expect(codeOf(machine.run(read("a")))).toBe("ENOENT")
    machine.get(Effect.andThen(write("b", "text"), sync("/")))
    machine.crash()
    expect(machine.get(read("b"))).toBe("")
  })

  it("is what was written before the sync began, not during it", () => {
    const machine = DiskMachine.make()
    machine.get(durably("wal", "1"))
    machine.get(
      Effect.all(
        [
          Effect.andThen(write("wal", "2", "a"), sync("wal")),
          Effect.andThen(Effect.sleep("1 millis"), write("wal", "3", "a"))
        ],
        { concurrency: "unbounded" }
      )
    )
    expect(machine.get(read("wal"))).toBe("123")
    machine.crash()
    expect(machine.get(read("wal"))).toBe("12")
  })

  it("outlives a sync that a crash cuts short only if it survives", () => {
    const machine = DiskMachine.make()
    machine.get(durably("wal", "1"))
    machine.runFor(1_000, Effect.andThen(write("wal", "2", "a"), sync("wal")))
    machine.crash()
    expect(machine.get(read("wal"))).toBe("1")
  })
})

const make = (path: string) => Effect.flatMap(files, (fs) => fs.makeDirectory(path))
const rename = (from: string, to: string) => Effect.flatMap(files, (fs) => fs.rename(from, to))
const remove = (path: string) => Effect.flatMap(files, (fs) => fs.remove(path, { recursive: true }))
const all = Effect.map(
  Effect.flatMap(files, (fs) => fs.readDirectory("/", { recursive: true })),
  (paths) =>
    paths
      .filter((path) => path !== "tmp")
      .sort()
      .join(" ")
)
type Doing = Effect.Effect<unknown, PlatformError.PlatformError, FileSystem.FileSystem>

/** What is there after a crash, of changes of which some survive, to names that were durable. */
const after = (
  before: ReadonlyArray<Doing>,
  changes: ReadonlyArray<Doing>,
  survive: Readonly<Record<number, number>>
): string => {
  const machine = DiskMachine.make({ entropy: scripted({ survive }) })
  for (const doing of before) machine.get(doing)
  const paths = machine.get(all).split(" ")
  for (const path of ["", ...paths]) machine.get(sync(`/${path}`))
  for (const doing of changes) machine.get(doing)
  machine.crash()
  return machine.get(all)
}

describe("a change of names that survives", () => {
  it.each([
    ["without the making of what it moves", [], [write("a", ""), rename("a", "b")], { 1: 1 }, ""],
    [
      "without the removal it makes room by",
      [make("a")],
      [remove("a"), make("a"), make("a/b")],
      { 1: 1, 2: 1 },
      "a"
    ],
    [
      "without the removal of what it would replace",
      [make("a"), write("b", "")],
      [remove("b"), rename("a", "b")],
      { 1: 1 },
      "a b"
    ],
    [
      "as a removal of what has not been emptied",
      [make("d"), write("d/x", "")],
      [rename("d/x", "y"), remove("d")],
      { 1: 1 },
      "d d/x"
    ],
    [
      "as a replacement of what has not been emptied",
      [make("d"), write("d/x", ""), make("e")],
      [rename("d/x", "y"), rename("e", "d")],
      { 1: 1 },
      "d d/x e"
    ],
    [
      "as a move below itself",
      [make("a"), make("a/b")],
      [rename("a/b", "b"), rename("a", "b/a")],
      { 1: 1 },
      "a a/b"
    ],
    ["into what was never made", [write("a", "")], [make("d"), rename("a", "d/a")], { 1: 1 }, "a"]
  ])("is lost all the same when it does not fit (%s)", (_, before, changes, survive, left) => {
    expect(after(before, changes, survive)).toBe(left)
  })

  it("makes another file of the same name only when the old one is gone", () => {
    const machine = DiskMachine.make({ entropy: scripted({ survive: { 1: 1, 2: 1 } }) })
    machine.get(durably("a", "old"))
    machine.get(Effect.andThen(remove("a"), write("a", "new")))
    machine.crash()
    expect(machine.get(read("a"))).toBe("old")
  })
})

describe("a torn write", () => {
  it("lets a file grow as far as its last sector that survived", () => {
    const lengths = [0b000001, 0b000101, 0b100000].map((mask) => {
      const machine = DiskMachine.make({ entropy: scripted({ survive: { 0: 1, 1: mask } }) })
      machine.get(write("a", "x".repeat(6 * 512)))
      machine.crash()
      return machine.get(read("a")).length / 512
    })
    expect(lengths).toEqual([1, 3, 6])
  })
})

describe("a rename", () => {
  it("gives back the space of what it replaces, and takes a directory's way up along", () => {
    const machine = DiskMachine.make()
    machine.get(Effect.andThen(write("a", "x"), write("b", "x")))
    expect(machine.disk.usedSectors).toBe(5)
    machine.get(rename("a", "b"))
    expect(machine.disk.usedSectors).toBe(3)
    machine.get(Effect.andThen(make("d"), Effect.andThen(make("e"), rename("d", "e/d"))))
    const up = Effect.flatMap(files, (fs) => fs.realPath("/e/d"))
    expect(machine.get(up)).toBe("/e/d")
    machine.get(write("e/d/../f", "text"))
    expect(machine.get(read("e/f"))).toBe("text")
  })
})

describe("a sync of a directory", () => {
  it.each([
    [
      "the leaving of what was in a directory that goes",
      [make("d"), write("d/x", ""), make("e")],
      [rename("d/x", "e/x"), remove("d"), sync("/")],
      "e e/x"
    ],
    [
      "the leaving of what was in a directory that is replaced",
      [make("d"), write("d/x", ""), make("e"), make("f")],
      [rename("d/x", "e/x"), rename("f", "d"), sync("/")],
      "d e e/x"
    ],
    [
      "the making of where something goes",
      [write("a", "")],
      [make("n"), rename("a", "n/a"), sync("n")],
      "n n/a"
    ],
    [
      "moves of directories before it",
      [make("a"), make("a/b")],
      [rename("a/b", "b"), rename("a", "b/a"), sync("b")],
      "b b/a"
    ],
    [
      "a making under another name",
      [make("d"), make("e")],
      [write("d/x", ""), rename("d/x", "e/x"), rename("e/x", "y"), sync("/")],
      "d e y"
    ],
    [
      "nothing of another directory",
      [make("d"), make("e")],
      [write("d/x", ""), write("e/x", ""), sync("d")],
      "d d/x e"
    ]
  ])("takes along %s", (_, before, changes, left) => {
    expect(after(before, changes, {})).toBe(left)
  })
})

describe("a graceful stop", () => {
  it("keeps the page cache, closes open files, and gives back what they held", () => {
    const machine = DiskMachine.make()
    machine.get(write("wal", "text"))
    const file = machine.get(Effect.flatMap(files, (fs) => fs.open("wal")))
    machine.get(Effect.flatMap(files, (fs) => fs.remove("wal")))
    expect(machine.disk.usedSectors).toBe(3)
    machine.get(write("kept", "text"))
    machine.restart()
    expect(machine.get(read("kept"))).toBe("text")
    expect(machine.disk.usedSectors).toBe(3)
    expect(codeOf(machine.run(file.stat))).toBe("EBADF")
  })
})

describe("errors", () => {
  it("EIO: an operation fails and has not happened", () => {
    const machine = DiskMachine.make({ entropy: scripted({ eio: { 0: 1 } }) })
    expect(codeOf(machine.run(write("a", "text")))).toBe("EIO")
    expect(codeOf(machine.run(read("a")))).toBe("ENOENT")
    machine.get(write("a", "text"))
    expect(machine.get(read("a"))).toBe("text")
  })

  it("ENOSPC: what fits is written, the rest is refused, and space comes back", () => {
    const machine = DiskMachine.make({ capacityBytes: 4 * 512 })
    expect(codeOf(machine.run(write("a", "x".repeat(2_000))))).toBe("ENOSPC")
    expect(machine.get(read("a"))).toBe("x".repeat(3 * 512))
    expect(codeOf(machine.run(write("b", "")))).toBe("ENOSPC")
    machine.get(write("a", "y".repeat(3 * 512), "r+"))
    machine.get(Effect.flatMap(files, (fs) => fs.remove("a")))
    machine.get(write("b", "y".repeat(3 * 512)))
    expect(machine.disk.usedSectors).toBe(5)
  })

  it("what is not simulated dies by its name", () => {
    const machine = DiskMachine.make()
    const exit = machine.run(Effect.flatMap(files, (fs) => Stream.runDrain(fs.watch("/"))))
    expect(String(Exit.isFailure(exit) && exit.cause)).toContain(
      "FileSystem.watch is not simulated"
    )
  })
})

describe("time", () => {
  it("passes for a sync, for a late operation, and for the first read after a crash", () => {
    const machine = DiskMachine.make({ entropy: scripted({ lag: { 7: 500 } }) })
    machine.get(Effect.andThen(write("a", "text"), read("a")))
    expect(machine.nowMicros()).toBe(0)
    machine.get(Effect.andThen(sync("a"), sync("/")))
    expect(machine.nowMicros()).toBe(4_000)
    // The eighth operation: two wrote, one read, and each sync opened what it synced.
    machine.get(read("a"))
    expect(machine.nowMicros()).toBe(4_500)
    machine.crash()
    machine.get(Effect.andThen(read("a"), read("a")))
    expect(machine.nowMicros()).toBe(4_600)
  })
})

describe("corruption", () => {
  const rotten = (entropy: Entropy, isProtected: boolean): string => {
    const machine = DiskMachine.make({ entropy, isProtected })
    const text = ["a", "b", "c", "d"].map((letter) => letter.repeat(512)).join("")
    machine.get(durably("wal", text))
    expect(machine.get(read("wal"))).toBe(text)
    machine.crash()
    return [...machine.get(read("wal"))].filter((letter, at) => letter !== text[at]).join("")
  }

  it("turns over one bit, which shows when the page cache is gone", () => {
    expect(rotten(always("flip", 1), false)).toHaveLength(1)
  })

  it("lets a sector land behind its place", () => {
    const found = new Set([1, 2, 3].map((by) => rotten(always("misdirect", by), false).length))
    // In its own place it leaves zeros; behind it, another sector than there was, or the end.
    expect([...found].every((length) => length === 512 || length === 1_024)).toBe(true)
  })

  it("never comes to a disk that the atlas protects", () => {
    expect(rotten(always("flip", 1), true)).toBe("")
    expect(rotten(always("misdirect", 1), true)).toBe("")
  })
})

describe("a recording", () => {
  it("tells what was written, synced, failed, lost, torn and kept", () => {
    const entropy = scripted({ survive: { 2: 0b000101, 3: 1, 4: 1 }, failsync: { 1: 1 } })
    const machine = DiskMachine.make({ entropy, isRecorded: true })
    machine.get(write("a", "x".repeat(512)))
    machine.get(sync("a"))
    machine.run(sync("a"))
    machine.get(write("b", "x".repeat(6 * 512)))
    machine.get(write("c", "text"))
    machine.get(Effect.flatMap(files, (fs) => fs.rename("a", "d")))
    machine.crash()
    expect(machine.told()).toEqual([
      "write a 512 B",
      "sync a",
      "sync a failed: EIO",
      "write b 3072 B",
      "write c 4 B",
      "rename a → d",
      "lost create a",
      "lost create b",
      "tore 3072 B of b: kept 2 of 6 sectors",
      "kept create c",
      "kept 4 B of c",
      "lost rename a → d"
    ])
  })
})

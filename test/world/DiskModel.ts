/**
 * What a disk may show after a crash, said without saying how a disk works: for every name the
 * things it has named since its directory was synced, for every sector of a file what it has held
 * since the file was synced. Independent of the simulated disk, and much less precise than it.
 */

/** A file, as far as anybody could know. Contents are one mark for each sector; 0 is a hole. */
interface FileModel {
  marks: Array<number>
  /** By sector, what it may hold after a crash. */
  allowed: Array<Set<number>>
  sizes: Set<number>
  /** It had a durable name and has not been removed from any since. */
  isAnchored: boolean
  wasLinked: boolean
}

/** What was found after a crash: by path, which file it is and what it holds. */
export type Found = ReadonlyMap<
  string,
  { readonly id: number; readonly marks: ReadonlyArray<number> }
>

/** The model of a disk. Sizes are in sectors; paths have one directory and one name. */
export interface Model {
  readonly names: ReadonlyMap<string, number>
  readonly write: (path: string, id: number, first: number, count: number, mark: number) => void
  readonly truncate: (path: string, size: number) => void
  readonly rename: (from: string, to: string) => void
  readonly remove: (path: string) => void
  readonly link: (from: string, to: string) => void
  readonly syncFile: (path: string) => void
  readonly syncDirectory: (directory: string) => void
  /** Everything that contradicts the model; then the model goes on from what was found. */
  readonly afterCrash: (found: Found) => ReadonlyArray<string>
}

const directoryOf = (path: string): string => path.slice(0, path.indexOf("/"))

/**
 * Makes the model of an empty disk. With `only what is synced`, nothing else may be there after a
 * crash, as in calm air; it knows of no renames then, which no sync leaves half done.
 */
export const make = (
  paths: ReadonlyArray<string>,
  keeps: "anything" | "only what is synced"
): Model => {
  const mayKeep = keeps === "anything"
  let names = new Map<string, number>()
  let files = new Map<number, FileModel>()
  // By path, what it may name after a crash.
  let since = new Map<string, Set<number | undefined>>(
    paths.map((path) => [path, new Set([undefined])])
  )

  const set = (path: string, id: number | undefined): void => {
    if (id === undefined) names.delete(path)
    else names.set(path, id)
    if (mayKeep) since.get(path)?.add(id)
  }
  const fileAt = (path: string): FileModel => {
    const file = files.get(names.get(path) ?? -1)
    if (file === undefined) throw new Error(`${path} names nothing`)
    return file
  }
  const settle = (file: FileModel): void => {
    file.allowed = file.marks.map((mark) => new Set([mark]))
    file.sizes = new Set([file.marks.length])
  }
  const mayHold = (file: FileModel, sector: number, mark: number): void => {
    while (file.allowed.length <= sector) file.allowed.push(new Set([0]))
    if (mayKeep) file.allowed[sector]?.add(mark)
  }

  return {
    get names() {
      return names
    },
    write: (path, id, first, count, mark) => {
      if (!names.has(path)) {
        files.set(id, {
          marks: [],
          allowed: [],
          sizes: new Set([0]),
          isAnchored: false,
          wasLinked: false
        })
        set(path, id)
      }
      const file = fileAt(path)
      while (file.marks.length < first) file.marks.push(0)
      for (let sector = first; sector < first + count; sector++) {
        file.marks[sector] = mark
        mayHold(file, sector, mark)
        if (mayKeep) file.sizes.add(sector + 1)
      }
    },
    truncate: (path, size) => {
      const file = fileAt(path)
      for (let sector = size; sector < file.allowed.length; sector++) mayHold(file, sector, 0)
      while (file.marks.length < size) file.marks.push(0)
      for (let sector = 0; sector < size; sector++) mayHold(file, sector, file.marks[sector] ?? 0)
      file.marks.length = size
      if (mayKeep) file.sizes.add(size)
    },
    rename: (from, to) => {
      const id = names.get(from)
      const replaced = files.get(names.get(to) ?? -1)
      if (id === undefined || names.get(to) === id) return
      if (replaced !== undefined) replaced.isAnchored = false
      set(from, undefined)
      set(to, id)
    },
    remove: (path) => {
      fileAt(path).isAnchored = false
      set(path, undefined)
    },
    link: (from, to) => {
      fileAt(from).wasLinked = true
      set(to, names.get(from))
    },
    syncFile: (path) => settle(fileAt(path)),
    syncDirectory: (directory) => {
      for (const path of paths) {
        if (directoryOf(path) !== directory) continue
        const id = names.get(path)
        since.set(path, new Set([id]))
        const file = files.get(id ?? -1)
        if (file !== undefined) file.isAnchored = true
      }
    },
    afterCrash: (found) => {
      const wrong: Array<string> = []
      for (const path of paths) {
        const id = found.get(path)?.id
        if (since.get(path)?.has(id) !== true) wrong.push(`${path} names ${id}`)
      }
      for (const [id, file] of files) {
        const at = paths.filter((path) => found.get(path)?.id === id)
        if (file.isAnchored && at.length === 0) wrong.push(`file ${id} is lost`)
        if (!file.wasLinked && at.length > 1) wrong.push(`file ${id} is at ${at.join(" and ")}`)
      }
      for (const [path, { id, marks }] of found) {
        const file = files.get(id)
        const isSized = file?.sizes.has(marks.length) === true
        if (!isSized) wrong.push(`${path} has ${marks.length} sectors`)
        for (const [sector, mark] of marks.entries()) {
          const isAllowed = file?.allowed[sector]?.has(mark) ?? mark === 0
          if (!isAllowed) wrong.push(`sector ${sector} of ${path} holds ${mark}`)
        }
      }
      names = new Map([...found].map(([path, { id }]) => [path, id]))
      since = new Map(paths.map((path) => [path, new Set([names.get(path)])]))
      const left = new Map<number, FileModel>()
      for (const { id, marks } of found.values()) {
        const links = [...found.values()].filter((each) => each.id === id).length
        const file: FileModel = {
          marks: [...marks],
          allowed: [],
          sizes: new Set(),
          isAnchored: true,
          wasLinked: links > 1
        }
        settle(file)
        left.set(id, file)
      }
      files = left
      return wrong
    }
  }
}

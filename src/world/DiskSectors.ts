/**
 * The bytes of a file as sectors: what a write replaces, what a crash tears, and what may rot.
 *
 * Sectors are never changed, only replaced, so the page cache, the medium and what is on its way
 * between them share them. A sector that is not there is a hole and reads as zeros. Plain, fast,
 * mutable code.
 */

/** The bytes of a sector: what a disk writes as a whole or not at all. */
export const sectorBytes = 512

/** The contents of a file, in the page cache or on the medium. */
export interface Image {
  readonly sectors: Map<number, Uint8Array>
  size: number
}

/** What one write has put into the page cache, to be written back. */
export interface Patch {
  /** The number of the first sector. */
  readonly first: number
  /** The sectors as they were after the write, whole. */
  readonly sectors: ReadonlyArray<Uint8Array>
  /** The size of the file after the write. */
  readonly size: number
}

/** An empty file. */
export const empty = (): Image => ({ sectors: new Map(), size: 0 })

/** The same contents; neither follows the other from here on. */
export const copy = (image: Image): Image => ({
  sectors: new Map(image.sectors),
  size: image.size
})

/** Reads up to `into.length` bytes from a position; how many there were. */
export const read = (image: Image, position: number, into: Uint8Array): number => {
  const length = Math.max(0, Math.min(into.length, image.size - position))
  for (let done = 0; done < length;) {
    const at = position + done
    const from = at % sectorBytes
    const count = Math.min(length - done, sectorBytes - from)
    const sector = image.sectors.get((at - from) / sectorBytes)
    if (sector === undefined) into.fill(0, done, done + count)
    else into.set(sector.subarray(from, from + count), done)
    done += count
  }
  return length
}

/** How many sectors a write at a position would add to those the file has. */
export const added = (image: Image, position: number, length: number): number => {
  const last = Math.ceil((position + length) / sectorBytes)
  let count = 0
  for (let sector = Math.floor(position / sectorBytes); sector < last; sector++) {
    if (!image.sectors.has(sector)) count++
  }
  return count
}

/** Writes bytes at a position, past the end too; what has to be written back for it. */
export const write = (image: Image, position: number, bytes: Uint8Array): Patch => {
  const first = Math.floor(position / sectorBytes)
  const sectors: Array<Uint8Array> = []
  for (let done = 0; done < bytes.length;) {
    const at = position + done
    const from = at % sectorBytes
    const count = Math.min(bytes.length - done, sectorBytes - from)
    const number = (at - from) / sectorBytes
    const old = image.sectors.get(number)
    const sector = old === undefined ? new Uint8Array(sectorBytes) : old.slice()
    sector.set(bytes.subarray(done, done + count), from)
    image.sectors.set(number, sector)
    sectors.push(sector)
    done += count
  }
  if (bytes.length > 0) image.size = Math.max(image.size, position + bytes.length)
  return { first, sectors, size: image.size }
}

/** Cuts a file off, or lets it grow by a hole. */
export const truncate = (image: Image, size: number): void => {
  if (size < image.size) {
    const kept = Math.ceil(size / sectorBytes)
    for (const number of [...image.sectors.keys()]) {
      if (number >= kept) image.sectors.delete(number)
    }
    const last = image.sectors.get(kept - 1)
    const used = size - (kept - 1) * sectorBytes
    if (last !== undefined && used < sectorBytes) {
      image.sectors.set(kept - 1, last.slice().fill(0, used))
    }
  }
  image.size = size
}

/** Puts one sector of a patch in its place. The file grows as far as that sector goes. */
export const apply = (image: Image, patch: Patch, index: number): void => {
  const sector = patch.sectors[index]
  if (sector === undefined) return
  const number = patch.first + index
  image.sectors.set(number, sector)
  image.size = Math.max(image.size, Math.min(patch.size, (number + 1) * sectorBytes))
}

/**
 * A terminal in memory: streams that Ink takes for a terminal, and the screen they come to.
 *
 * Owns as much of a terminal as Ink uses: text, cursor movement, erasing, the alternate screen.
 * Anything else it is told throws, so that a new sequence is not overlooked.
 */
import { EventEmitter } from "node:events"
import { PassThrough } from "node:stream"
import { widthOf } from "../../tui/core/Width.ts"
import type { Terminal } from "../../tui/Replay.ts"

/** See the module. */
export interface Screen {
  readonly terminal: Terminal
  /** The rows as they stand, without blanks at their ends. */
  readonly rows: () => ReadonlyArray<string>
  readonly type: (keys: string) => void
  readonly resize: (columns: number, rows: number) => void
  /** Settles as soon as the screen is as asked. */
  readonly until: (isSo: (rows: ReadonlyArray<string>) => boolean) => Promise<void>
  readonly isAlternate: () => boolean
  readonly isCursorShown: () => boolean
  readonly isRaw: () => boolean
  /** All that was ever written. */
  readonly written: () => string
}

const segmenter = new Intl.Segmenter()
const sequence = /\u001b\[([?>]?)([\d;]*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/gy

interface Cells {
  cells: Array<Array<string>>
  row: number
  column: number
}

/** Opens a screen of a size. */
export const openScreen = (columns: number, rows: number): Screen => {
  const size = { columns, rows }
  const state = { alternate: false, cursor: true, raw: false, text: "" }
  let screen: Cells = { cells: [], row: 0, column: 0 }
  const watchers = new Set<() => void>()

  const line = (row: number): Array<string> => (screen.cells[row] ??= [])

  const print = (text: string): void => {
    for (const { segment } of segmenter.segment(text)) {
      const width = widthOf(segment)
      const cells = line(screen.row)
      while (cells.length < screen.column) cells.push(" ")
      cells[screen.column] = segment
      for (let filled = 1; filled < width; filled++) cells[screen.column + filled] = ""
      screen.column += width
    }
  }

  const newline = (): void => {
    screen.column = 0
    if (screen.row < size.rows - 1) screen.row++
    else screen.cells.shift()
  }

  const erase = (how: number): void => {
    if (how === 2) screen.cells = []
    else {
      line(screen.row).length = Math.min(line(screen.row).length, screen.column)
      screen.cells.length = Math.min(screen.cells.length, screen.row + 1)
    }
  }

  const mode = (code: string, isOn: boolean): void => {
    if (code === "1049") {
      state.alternate = isOn
      screen = { cells: [], row: 0, column: 0 }
    } else if (code === "25") state.cursor = isOn
    else if (code !== "2026" && code !== "2004") throw new Error(`mode ${code} is not known`)
  }

  const control = (mark: string, parameters: string, final: string): void => {
    const [first = 0, second = 0] = parameters.split(";").map(Number)
    const many = Math.max(1, first)
    if (mark === "?" && (final === "h" || final === "l")) return mode(parameters, final === "h")
    switch (final) {
      case "m":
        return
      case "A":
        screen.row = Math.max(0, screen.row - many)
        return
      case "B":
        screen.row = Math.min(size.rows - 1, screen.row + many)
        return
      case "C":
        screen.column += many
        return
      case "E":
        screen.row = Math.min(size.rows - 1, screen.row + many)
        screen.column = 0
        return
      case "F":
        screen.row = Math.max(0, screen.row - many)
        screen.column = 0
        return
      case "G":
        screen.column = many - 1
        return
      case "H":
        screen.row = many - 1
        screen.column = Math.max(1, second) - 1
        return
      case "J":
        return erase(first)
      case "K":
        if (first === 2) line(screen.row).length = 0
        else line(screen.row).length = Math.min(line(screen.row).length, screen.column)
        return
      default:
        throw new Error(`the sequence ${mark}${parameters}${final} is not known`)
    }
  }

  const write = (chunk: string): void => {
    state.text += chunk
    for (const [token, mark, parameters, final] of chunk.matchAll(sequence)) {
      if (final !== undefined) control(mark ?? "", parameters ?? "", final)
      else if (token === "\n") newline()
      else if (token === "\r") screen.column = 0
      else print(token)
    }
    for (const watcher of watchers) watcher()
  }

  const shown = (): ReadonlyArray<string> =>
    Array.from({ length: size.rows }, (_, row) =>
      Array.from(screen.cells[row] ?? [], (cell) => cell ?? " ")
        .join("")
        .trimEnd()
    )

  const stdout = Object.assign(new EventEmitter(), size, {
    isTTY: true,
    writable: true,
    write: (chunk: string, done?: () => void): boolean => {
      write(chunk)
      if (typeof done === "function") queueMicrotask(done)
      return true
    }
  })
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => {
      state.raw = isRaw
    },
    ref: () => {},
    unref: () => {}
  })

  return {
    // Sound as far as Ink goes: these are all the members of a terminal's streams that it uses.
    terminal: { stdin, stdout } as unknown as Terminal,
    rows: shown,
    type: (keys) => {
      stdin.write(keys)
    },
    resize: (wide, high) => {
      size.columns = wide
      size.rows = high
      Object.assign(stdout, size)
      // Terminals disagree on what becomes of the rows and the cursor: expect the worst, rows that
      // moved to where the program does not look for them, and a cursor among them.
      screen.cells = Array.from({ length: high }, () => [..."left over"])
      screen.row = Math.floor(high / 2)
      stdout.emit("resize")
    },
    until: (isSo) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isSo(shown())) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    isAlternate: () => state.alternate,
    isCursorShown: () => state.cursor,
    isRaw: () => state.raw,
    written: () => state.text
  }
}

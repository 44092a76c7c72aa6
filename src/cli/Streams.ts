/**
 * Where a command's words go: data to stdout, messages to stderr.
 *
 * Owns the two streams and how they may look. While users' code runs, whatever it prints goes to
 * stderr, so that data stays data.
 */
import { Console } from "node:console"

/** What a stream can show. */
export interface Look {
  readonly color: boolean
  /** Whether a line may be drawn over: a terminal, and not one of a build. */
  readonly live: boolean
  readonly columns: number
}

/** The columns of a stream that is no terminal. */
export const columnsDefault = 80

const isSet = (name: string): boolean => (process.env[name] ?? "") !== ""

const lookOf = (stream: NodeJS.WriteStream): Look => {
  const isTerminal = stream.isTTY && process.env["TERM"] !== "dumb"
  return {
    color: isTerminal && !isSet("NO_COLOR"),
    live: isTerminal && !isSet("CI"),
    // A terminal that does not know its size says 0.
    columns: isTerminal && stream.columns > 0 ? stream.columns : columnsDefault
  }
}

/** How stdout looks. */
export const dataLook = (): Look => lookOf(process.stdout)
/** How stderr looks. */
export const messageLook = (): Look => lookOf(process.stderr)
/** Whether both ends are a terminal that can be drawn on. */
export const isInteractive = (): boolean =>
  process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb"

const writeData = process.stdout.write.bind(process.stdout)

/** Writes data: what the command was asked for. Ends with a newline. */
export const data = (text: string): void => {
  writeData(text.endsWith("\n") ? text : `${text}\n`)
}

/** Writes a message about the work, on a line of its own. */
export const message = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** Writes to stderr as it is: for lines that are drawn over. */
export const draw = (text: string): void => {
  process.stderr.write(text)
}

let isKeptApart = false

/** From here on users' code may run: what it prints goes to stderr. */
export const keepDataApart = (): void => {
  if (isKeptApart) return
  isKeptApart = true
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr })
  // A detached method of another stream of the same type: it is bound to that stream.
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write
}

/** Ends the process once everything written has left it. */
export const endProcess = (exitCode: number): void => {
  process.exitCode = exitCode
  writeData("", () => process.stderr.write("", () => process.exit(exitCode)))
}

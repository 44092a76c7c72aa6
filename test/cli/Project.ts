/**
 * A user's project on disk, and the built command run in it as a user runs it.
 *
 * The command is `dist/src/cli/main.js`: `npm test` builds before it tests.
 */
import { type ChildProcess, spawn } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const command = join(repository, "dist/src/cli/main.js")

/** What a command came to. */
export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project in a folder of its own. */
export interface Project {
  readonly path: (file: string) => string
  readonly write: (file: string, text: string | Uint8Array) => void
  readonly read: (file: string) => string
  readonly bytes: (file: string) => Uint8Array
  /** Runs the command to its end. */
  readonly run: (...words: ReadonlyArray<string>) => Promise<Ended>
  /** Runs the command, and does something as soon as it has written this to stderr. */
  readonly runUntil: (
    said: string,
    act: (child: ChildProcess) => void,
    ...words: ReadonlyArray<string>
  ) => Promise<Ended>
  readonly remove: () => void
}

/** Makes a project of files by path; `fixture` is a folder under `fixtures/` to begin with. */
export const makeProject = (
  files: Readonly<Record<string, string>> = {},
  fixture?: string
): Project => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "downforce-")))
  const path = (file: string): string => join(root, file)
  const write = (file: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(path(file)), { recursive: true })
    writeFileSync(path(file), text)
  }
  if (fixture !== undefined) {
    cpSync(join(repository, "test/cli/fixtures", fixture), root, { recursive: true })
  }
  mkdirSync(path("node_modules"))
  symlinkSync(repository, path("node_modules/downforce"))
  for (const name of ["effect", "fast-check"]) {
    symlinkSync(join(repository, "node_modules", name), path(`node_modules/${name}`))
  }
  write("package.json", "{}")
  for (const [file, text] of Object.entries(files)) write(file, text)

  const start = (
    words: ReadonlyArray<string>,
    onMessage: (stderr: string, child: ChildProcess) => void
  ): Promise<Ended> =>
    new Promise((resolve, reject) => {
      const { CI: _, ...environment } = process.env
      const child = spawn(process.execPath, [command, ...words], {
        cwd: root,
        env: { ...environment, NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text
        onMessage(stderr, child)
      })
      child.on("error", reject)
      child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }))
    })

  return {
    path,
    write,
    read: (file) => readFileSync(path(file), "utf8"),
    bytes: (file) => readFileSync(path(file)),
    run: (...words) => start(words, () => {}),
    runUntil: (said, act, ...words) => {
      let hasActed = false
      return start(words, (stderr, child) => {
        if (hasActed || !stderr.includes(said)) return
        hasActed = true
        act(child)
      })
    },
    remove: () => rmSync(root, { recursive: true, force: true })
  }
}

/** Text without what depends on the machine: how long it took and how fast that was. */
export const timeless = (text: string): string =>
  text
    .replaceAll(/in [\d.]+ (?:ms|s)(?: \d+ s)?, [\d,]+ runs\/s/g, "in TIME")
    .replaceAll(/, [\d,]+ times real time/g, "")
    .replaceAll(/"wallMs": \d+/g, '"wallMs": 0')

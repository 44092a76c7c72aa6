#!/usr/bin/env node
/**
 * The command: arguments in, exit code out. The only place where effects are run.
 *
 * Owns what every ending looks like: one line on stderr, and with `--json` a document on stdout.
 * A failure of ours is told apart from a user's, and no stack trace is shown for either.
 */
import { realpathSync, writeSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { CliConfig, type CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { commands } from "./Commands.ts"
import { CommandError, oneLine } from "./CommandError.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import * as Loading from "./Loading.ts"
import * as Screen from "./Screen.ts"
import * as Streams from "./Streams.ts"
import { placeInProject } from "./UserPlace.ts"
import { issuesOf, versionOf } from "./Version.ts"
import { lastWordsOfThread } from "../kernel/Promises.ts"
import { visible } from "../recording/VisibleText.ts"

const words = process.argv.slice(2)
const wantsJson = words.includes("--json")
const root = realpathSync(process.cwd())
let ended: ExitCode | undefined

/** The document of a command that ended without its own; see FlyReport. */
const errorDocument = (exitCode: ExitCode, message: string): string =>
  JSON.stringify(
    { formatVersion: 1, seed: null, commit: null, scenarios: [], error: { exitCode, message } },
    undefined,
    2
  )

const end = (exitCode: ExitCode): void => {
  ended = exitCode
}

/** Ends with one line on stderr. */
const endWith = (exitCode: ExitCode, message: string): void => {
  Streams.message(`downforce: ${message}`)
  if (wantsJson) Streams.data(errorDocument(exitCode, message))
  end(exitCode)
}

const endWithDefect = (defect: unknown): void => {
  const what = defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)
  const issues = issuesOf()
  const where = issues === undefined ? "" : ` at ${issues}`
  const report = `please report it${where}, with what DOWNFORCE_STACK=1 adds to this`
  endWith(exitCodes.ourBug, `${visible(oneLine(what))}; this is a bug in downforce: ${report}`)
  const isWanted = (process.env["DOWNFORCE_STACK"] ?? "") !== ""
  if (isWanted && defect instanceof Error) Streams.message(defect.stack ?? "")
}

/** The wizard asks what help says, and nothing here logs by levels. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/** Help goes to stdout when it was asked for; what is wrong goes to stderr, on one line. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    Effect.sync(() => {
      const formatter = CliOutput.defaultFormatter({ colors: Streams.dataLook().color })
      switch (event._tag) {
        case "Version":
          return Streams.data(event.version)
        case "Help":
          if (event.reason === "Requested") {
            return Streams.data(formatter.formatHelpDoc(event.helpDoc))
          }
          if (wantsJson) return endWith(exitCodes.wrong, "name a command; see downforce --help")
          Streams.message(formatter.formatHelpDoc(event.helpDoc))
          return end(exitCodes.wrong)
        case "InvalidInvocation": {
          const problems = event.errors.map((error) => oneLine(error.message)).join("; ")
          const help = `see ${event.commandPath.join(" ")} --help`
          return endWith(exitCodes.wrong, `${visible(problems)}; ${help}`)
        }
      }
    })
}

const conclude = (exit: Exit.Exit<void, CommandError | CliError.CliError>): void => {
  if (Exit.isSuccess(exit)) return end(ended ?? exitCodes.holds)
  const failed = exit.cause.reasons.find(Cause.isFailReason)
  if (failed === undefined) return endWithDefect(Cause.squash(exit.cause))
  const { error } = failed
  if (error instanceof CommandError) return endWith(error.exitCode, error.message)
  // The presenter has said what is wrong with the arguments.
  end(ended ?? exitCodes.wrong)
}

/**
 * Users' code can end the process, or leave a promise that nobody settles, in which case Node just
 * stops. Neither may look like a flight in which everything held.
 */
const onExit = (): void => {
  if (ended !== undefined) return
  const lastWords = lastWordsOfThread()
  if (lastWords !== undefined) {
    if (wantsJson) writeSync(1, `${errorDocument(exitCodes.inconclusive, lastWords)}\n`)
    process.exitCode = exitCodes.inconclusive
    return
  }
  const file = Loading.file()
  const message =
    file === undefined
      ? "the process ended before the command was done; take process.exit out of your code"
      : `${file}: it ended the process, or waits for ever, while it was loaded; correct the file`
  writeSync(2, `downforce: ${message}\n`)
  if (wantsJson) writeSync(1, `${errorDocument(exitCodes.wrong, message)}\n`)
  process.exitCode = exitCodes.wrong
}

/** An error in code that nobody awaits: the user's when it comes from there, else ours. */
const onStray = (thrown: unknown): void => {
  if (Screen.hasTerminal()) return
  const place = thrown instanceof Error ? placeInProject(thrown, root) : undefined
  const where = place ?? Loading.file()
  if (where === undefined) endWithDefect(thrown)
  else {
    const what = thrown instanceof Error ? thrown.message : String(thrown)
    endWith(exitCodes.wrong, visible(oneLine(`${where}: an error nobody handles: ${what}`)))
  }
  Streams.endProcess(ended ?? exitCodes.ourBug)
}

process.on("exit", onExit)
process.on("uncaughtException", onStray)
process.on("unhandledRejection", onStray)
// Whoever reads may have seen enough: `downforce trace events | head`.
process.stdout.on("error", () => {
  end(ended ?? exitCodes.interrupted)
  process.exit(ended)
})

const program = Command.runWith(commands(root, end), {
  version: versionOf()
})(words).pipe(
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provideService(CliConfig.CliConfig, { builtIns }),
  Effect.provide(NodeServices.layer)
)

// Not awaited: a promise that is never settled must reach `onExit`, not a warning of Node's.
void Effect.runPromiseExit(program).then((exit) => {
  Loading.end()
  conclude(exit)
  Streams.endProcess(ended ?? exitCodes.ourBug)
})

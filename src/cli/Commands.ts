/**
 * The commands as they are typed: what each takes, what help says, and where it is done.
 *
 * Owns no work: what does it is loaded when it is asked for, so that help is quick.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Command } from "effect/cli"
import type { CommandError } from "./CommandError.ts"
import type { ExitCode } from "./ExitCode.ts"
import * as Flags from "./Flags.ts"

/** What does the work of a command: it gives the exit code. */
type Work = Effect.Effect<ExitCode, CommandError>

/** The command with all its subcommands. `end` is told the exit code of the one that was run. */
export const commands = (root: string, end: (exitCode: ExitCode) => void) => {
  const run = <Module>(load: () => Promise<Module>, work: (module: Module) => Work) =>
    Effect.promise(load).pipe(
      Effect.flatMap(work),
      Effect.map((exitCode) => end(exitCode))
    )
  const trace = (work: (module: typeof import("./TraceCommand.ts")) => Work) =>
    run(() => import("./TraceCommand.ts"), work)
  return Command.make("downforce").pipe(
    Command.withDescription(
      "Declare a system, fly it through faults, shrink what fails, replay it step by step"
    ),
    Command.withSubcommands([
      flyCommand(root, run),
      Command.make("replay", { ref: Flags.ref, ascii: Flags.ascii }, ({ ascii, ref }) =>
        run(
          () => import("./ReplayCommand.ts"),
          (module) => module.replay(root, ref, ascii)
        )
      ).pipe(
        Command.withDescription(
          "Step through a recording; without a terminal, tell it as text. Flies it again with" +
            " today's code: exit code 6 when that differs"
        )
      ),
      traceCommand(root, trace),
      doctorCommand(root, run),
      Command.make("list", { patterns: Flags.patterns, json: Flags.json }, ({ json, patterns }) =>
        run(
          () => import("./ListCommand.ts"),
          (module) => module.list(root, patterns, json)
        )
      ).pipe(Command.withDescription("List scenarios: id, kind, system, file and line"))
    ])
  )
}

type Run = <Module>(
  load: () => Promise<Module>,
  work: (module: Module) => Work
) => Effect.Effect<void, CommandError>

const flyCommand = (root: string, run: Run) =>
  Command.make("fly", Flags.fly, ({ seed, runs, shrink, shrinkTime, time, workers, ...input }) =>
    run(
      () => import("./FlyCommand.ts"),
      (module) =>
        module.fly(root, {
          ...input,
          seed: Option.getOrUndefined(seed),
          runs: Option.getOrUndefined(runs),
          timeMillis: Option.getOrUndefined(time),
          workers: Option.getOrUndefined(workers),
          shrinkMillis: shrink ? shrinkTime : 0
        })
    )
  ).pipe(
    Command.withDescription(
      "Fly scenarios: saved regressions first, then new seeds. Exit codes: 0 held, 1 violated," +
        " 2 wrong usage or scenario, 3 inconclusive, 4 nothing matched, 6 not deterministic, 130" +
        " interrupted"
    ),
    Command.withExamples([
      { command: "downforce fly", description: "Fly everything but broken twins" },
      { command: "downforce fly checkout --time 30s", description: "Fly one system for long" },
      {
        command: "downforce fly checkout/no-double-charge --seed 5eed41c7",
        description: "Fly one run again, and those after it"
      }
    ])
  )

const doctorCommand = (root: string, run: Run) =>
  Command.make("doctor", Flags.doctor, ({ json, patterns, runs, seed }) =>
    run(
      () => import("./DoctorCommand.ts"),
      (module) => module.doctor(root, { patterns, runs, json, seed: Option.getOrUndefined(seed) })
    )
  ).pipe(
    Command.withDescription(
      "Fly the same runs here and elsewhere: another order, process, time zone, language, year," +
        " thread. Says what differs and what leaked. Exit codes: 0 all the same, 2 wrong usage or" +
        " scenario, 4 nothing matched, 6 not deterministic, 130 interrupted"
    )
  )

const traceCommand = (
  root: string,
  trace: (
    work: (module: typeof import("./TraceCommand.ts")) => Work
  ) => Effect.Effect<void, CommandError>
) => {
  const { ref, step } = Flags
  return Command.make("trace").pipe(
    Command.withDescription("Ask a recording, as text for pipes"),
    Command.withSubcommands([
      Command.make("summary", { ref }, ({ ref }) =>
        trace((module) => module.summary(root, ref))
      ).pipe(Command.withDescription("What was flown, what failed, what it needs")),
      Command.make("events", { ref }, ({ ref }) =>
        trace((module) => module.events(root, ref))
      ).pipe(Command.withDescription("All events, one line each")),
      Command.make("event", { step: step("step"), ref }, ({ ref, step }) =>
        trace((module) => module.event(root, step, ref))
      ).pipe(Command.withDescription("Everything about one event")),
      Command.make("state", { step: step("step"), ref }, ({ ref, step }) =>
        trace((module) => module.state(root, step, ref))
      ).pipe(Command.withDescription("The state of all nodes after an event")),
      Command.make("why", { step: step("step"), ref }, ({ ref, step }) =>
        trace((module) => module.why(root, step, ref))
      ).pipe(Command.withDescription("The events that caused an event")),
      Command.make("diff", { from: step("from"), to: step("to"), ref }, ({ from, ref, to }) =>
        trace((module) => module.diff(root, from, to, ref))
      ).pipe(Command.withDescription("What of the state differs between two events")),
      Command.make("messages", { ref, mermaid: Flags.mermaid }, ({ mermaid, ref }) =>
        trace((module) => module.messages(root, ref, mermaid))
      ).pipe(Command.withDescription("Every message: who, to whom, what, and how it ended"))
    ])
  )
}

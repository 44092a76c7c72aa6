/**
 * Bad news that ends a command: one line for people, and the exit code.
 *
 * Author errors, files that cannot be used, names that match nothing. What a flight found out is
 * never one of these, and our own bugs are defects.
 */
import * as Data from "effect/Data"
import type { Leak } from "../kernel/Surroundings.ts"
import { visible } from "../recording/VisibleText.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"

/** Ends the command. `problem` names the file or flag, what is wrong, and what to do. */
export class CommandError extends Data.TaggedError("CommandError")<{
  readonly exitCode: ExitCode
  readonly problem: string
  /** Where code reached past the simulation, when that is the problem. */
  readonly leaks?: ReadonlyArray<Leak>
  /** Lines that are said after it. */
  readonly further?: ReadonlyArray<string>
}> {
  override get message(): string {
    return visible(oneLine(this.problem))
  }
}

/** How long the line of an error may be, in characters. */
export const problemLengthMax = 500

/** A text on one line of bounded length: list items are joined by semicolons. */
export const oneLine = (text: string): string => {
  const line = text
    .trim()
    .replaceAll(/:\s*\n\s*(?:[-•]\s+)?/g, ": ")
    .replaceAll(/\?\s*\n\s*/g, "? ")
    .replaceAll(/\s*\n\s*(?:[-•]\s+|\n\s*)/g, "; ")
    .replaceAll(/\s*\n\s*/g, " ")
  return line.length <= problemLengthMax ? line : `${line.slice(0, problemLengthMax - 1)}…`
}

/** All that is said of an error, one line each. */
export const linesOf = ({ further = [], message }: CommandError): ReadonlyArray<string> => [
  message,
  ...further.map((line) => visible(oneLine(line)))
]

/** Wrong usage, system, scenario or file. */
export const wrong = (problem: string): CommandError =>
  new CommandError({ exitCode: exitCodes.wrong, problem })

/** Nothing has the name or matches the pattern that was asked for. */
export const nothingMatched = (problem: string): CommandError =>
  new CommandError({ exitCode: exitCodes.nothingMatched, problem })

/**
 * The exit codes of the command, and which one counts when several could.
 */

/** What the process says when it ends. The table in docs/COMMANDS.md says the same. */
export const exitCodes = {
  /** Everything held, or was done. */
  holds: 0,
  /** A property was violated. */
  violated: 1,
  /** Wrong usage, system, scenario or file. */
  wrong: 2,
  /** A limit ended it, or a `Sometimes` was never reached. */
  inconclusive: 3,
  /** Nothing matched. */
  nothingMatched: 4,
  /** A replay differed from its recording, or a regression names what is gone. */
  notDeterministic: 6,
  /** Our own bug. */
  ourBug: 70,
  /** Interrupted; what was found so far was reported. */
  interrupted: 130
} as const

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** From the one that counts most to the one that counts least. */
const byWeight: ReadonlyArray<ExitCode> = [70, 130, 2, 4, 1, 6, 3, 0]

/** The code that counts most; 0 when there is none. */
export const worst = (codes: ReadonlyArray<ExitCode>): ExitCode =>
  byWeight.find((code) => codes.includes(code)) ?? exitCodes.holds

/**
 * Start-up of the built command, in wall time from spawning it until it has ended: its help, and
 * one run of one scenario of this repository, which needs the scenario loaded and a verdict.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { exitCodes } from "../src/cli/ExitCode.ts"
import { type Figure, judge } from "./Figure.ts"
import { scenarioId } from "./Project.ts"
import { median, millisOf } from "./Rounds.ts"

const command = fileURLToPath(new URL("../src/cli/main.js", import.meta.url))
const rounds = 5

/** One run is too few to have seen everything that should be seen: that is a verdict as well. */
const statuses: ReadonlyArray<number | null> = [exitCodes.holds, exitCodes.inconclusive]

const spawn = (root: string, ...flags: ReadonlyArray<string>): void => {
  const ended = spawnSync(process.execPath, [command, ...flags], { cwd: root, encoding: "utf8" })
  if (statuses.includes(ended.status)) return
  throw new Error(`downforce ${flags.join(" ")}: ${ended.stderr}`)
}

/** Measures the start of the command. `root` is this repository. */
export const measure = async (root: string): Promise<ReadonlyArray<Figure>> => {
  const verdict = ["fly", scenarioId, "--runs", "1", "--workers", "1", "--record", "none", "--json"]
  spawn(root, "--help")
  spawn(root, ...verdict)
  const helpMillis: Array<number> = []
  const verdictMillis: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    helpMillis.push(...(await millisOf(1, () => spawn(root, "--help"))))
    verdictMillis.push(...(await millisOf(1, () => spawn(root, ...verdict))))
  }
  return [
    judge("downforce --help", median(helpMillis), "ms", "at most", 500),
    judge("first verdict of a warm start", median(verdictMillis), "ms", "at most", 2_000)
  ]
}

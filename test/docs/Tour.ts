/**
 * Does what a page tells a reader to do, in a project of its own: writes the files, makes the
 * changes, runs the commands. Gives what the blocks would say if they were written now.
 */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Result } from "effect"
import type { Recording } from "../../src/recording/Recording.ts"
import { open } from "../../src/recording/RecordingReader.ts"
import { toPlain } from "../../tui/core/Line.ts"
import { frameOf } from "../../tui/core/ReplayFrame.ts"
import { initial } from "../../tui/core/ReplayModel.ts"
import { update } from "../../tui/core/Update.ts"
import type { Consumer } from "../package/Consumer.ts"
import type { Block } from "./Page.ts"

/** Follows the blocks in their order. Stills show the first recording that is saved on the way. */
export const follow = async (
  consumer: Consumer,
  blocks: ReadonlyArray<Block>
): Promise<ReadonlyMap<Block, string>> => {
  const produced = new Map<Block, string>()
  const files = new Map<string, string>()
  const write = (path: string, text: string): Promise<void> => {
    files.set(path, text)
    return consumer.write(path, text)
  }
  const stills = new Set(blocks.filter(isStill))
  for (const block of blocks) {
    const { about, language, text } = block
    if (language === "ts") await write(about, (files.get(about) ?? "") + text)
    else if (language === "diff") await write(about, changed(files.get(about) ?? "", block))
    else if (language === "console") {
      produced.set(block, await runAll(consumer, text))
      const recording = stills.size === 0 ? undefined : await latestOf(consumer)
      if (recording === undefined) continue
      for (const each of stills) produced.set(each, await still(consumer, recording, each))
      stills.clear()
    }
  }
  return produced
}

/** Whether a block is a frame of the replay: `text replay 100x24`. */
export const isStill = ({ about, language }: Block): boolean =>
  language === "text" && /^replay \d+x\d+$/u.test(about)

/** A file after a change: lines with `-`, all of them in one place, give way to those with `+`. */
const changed = (text: string, { line, text: change }: Block): string => {
  const side = (mark: string): string =>
    change
      .split("\n")
      .filter((each) => each.startsWith(mark))
      .map((each) => `${each.slice(1)}\n`)
      .join("")
  const [before, after, ...more] = text.split(side("-"))
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`the change in line ${line} does not fit the file`)
  }
  return before + side("+") + after
}

/** Runs each line that begins with `$ `, and quotes it with what it prints. */
const runAll = async (consumer: Consumer, text: string): Promise<string> => {
  const commands = text.split("\n").filter((line) => line.startsWith("$ "))
  let quoted = ""
  for (const line of commands) {
    // As npx does for what is installed, half a second sooner. CI and colours change the look.
    const command = line.slice(2).replace(/^npx /u, "")
    const place =
      "PATH=node_modules/.bin:$PATH NO_COLOR=1; export PATH NO_COLOR; unset FORCE_COLOR CI"
    const { stdout } = await consumer.run("sh", "-c", `${place}; ${command} 2>&1`)
    quoted += `${line}\n${stdout.replaceAll(/[ ]+$/gmu, "").trimEnd()}\n`
  }
  return quoted
}

const latestOf = async ({ folder }: Consumer): Promise<Recording | undefined> => {
  const recordings = join(folder, ".downforce/recordings")
  if (!existsSync(join(recordings, "latest"))) return undefined
  const id = (await readFile(join(recordings, "latest"), "utf8")).trim()
  return Result.getOrThrow(open(await readFile(join(recordings, `${id}.ndjson.gz`)), id))
}

/** The screen as `replay` opens it and stays once it has flown the recording again. */
const still = async (
  consumer: Consumer,
  recording: Recording,
  { about }: Block
): Promise<string> => {
  const { exitCode, stdout } = await consumer.run("node_modules/.bin/downforce", "replay")
  if (exitCode !== 0) throw new Error(`the recording does not replay:\n${stdout}`)
  const [columns = 0, rows = 0] = (/\d+x\d+/u.exec(about)?.[0] ?? "").split("x").map(Number)
  const opened = initial(recording, { columns, rows, ascii: false })
  const model = update(opened, { _tag: "Checked", check: { _tag: "exact" } })
  return `${frameOf(model).map(toPlain).join("\n")}\n`
}

/** Wall times differ from run to run, and nothing else may: the one place that says so. */
export const withoutWallTimes = (text: string): string =>
  text
    .replaceAll(/ in [\d.,]+ (ms|s|min|h),/gu, " in # s,")
    .replaceAll(/ [\d.,]+ runs\/s/gu, " # runs/s")
    .replaceAll(/ [\d.,]+ times real time/gu, " # times real time")
    .replaceAll(/ # time=[\d.]+ms/gu, " # time=# ms")

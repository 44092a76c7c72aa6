/**
 * Which commit is flown: for recordings, and for the seed of a build.
 */
import { spawnSync } from "node:child_process"

/** How long to wait for git, in milliseconds. */
export const gitMillisMax = 2_000

/** The hash of the commit that is checked out; `undefined` where there is none. */
export const commitOf = (root: string): string | undefined => {
  const git = spawnSync("git", ["rev-parse", "HEAD"], {
    cwd: root,
    encoding: "utf8",
    timeout: gitMillisMax,
    stdio: ["ignore", "pipe", "ignore"]
  })
  const hash = (git.stdout ?? "").trim()
  return git.status === 0 && /^[0-9a-f]{40,64}$/.test(hash) ? hash : undefined
}

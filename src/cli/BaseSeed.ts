/**
 * The base seed that is flown when nobody names one.
 */
import { drawSeed } from "./WallClock.ts"

/** In a build the same commit flies the same runs; elsewhere the seed is drawn, once. */
export const baseSeed = (commit: string | undefined): number =>
  commit === undefined || (process.env["CI"] ?? "") === ""
    ? drawSeed()
    : Number.parseInt(commit.slice(0, 8), 16)

/**
 * A scenario with its place in the project: what commands and workers name and fly.
 */
import type { WindTunnel } from "./WindTunnel.ts"

/** A scenario that was found in a file. */
export interface Scenario {
  /** `<path under simulations, without extension>/<kebab-case name>`; unique in a project. */
  readonly id: string
  /** The file it was exported from, relative to the project, with forward slashes. */
  readonly file: string
  readonly tunnel: WindTunnel
}

/** A name in words as part of an id: lowercase letters and digits joined by single hyphens. */
export const kebabCase = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")

/** Whether a scenario is a deliberately broken twin, which `fly` skips unless asked for. */
export const isBroken = (id: string): boolean => id.split("/").includes("broken")

/**
 * Paths on a node: Effect's own, POSIX, with `/` as the working directory of every process, so
 * that none depends on where the command was started.
 */
import { Effect, Path } from "effect"

const posix = Effect.runSync(Effect.provide(Path.Path, Path.layer))

const resolve: Path.Path["resolve"] = (...segments) => posix.resolve("/", ...segments)

/** The `Path` of every node. */
export const posixPath: Path.Path = {
  ...posix,
  resolve,
  relative: (from, to) => posix.relative(resolve(from), resolve(to))
}

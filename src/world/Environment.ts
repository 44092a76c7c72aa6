/**
 * The environment of a node: what `Config` and `process.env` show to the code that runs on it.
 *
 * Owns what is in it. The environment of the machine that flies is hidden.
 */
import { ConfigProvider } from "effect"
import type { Node } from "./Node.ts"

/** The variables of one incarnation. The program may write to them; its next life starts anew. */
export type Environment = Record<string, string | undefined>

/** What a node finds when it starts: what its service declares, and its own name. */
export const make = (node: Pick<Node, "name" | "service">): Environment => ({
  ...node.service?.env,
  HOSTNAME: node.name
})

/**
 * The configuration of a node, as Effect reads it from the environment of a process: whatever the
 * program has written by then is part of it when it is first asked, and nothing written later.
 */
export const provider = (env: Environment): ConfigProvider.ConfigProvider => {
  let read: ConfigProvider.ConfigProvider | undefined
  return ConfigProvider.make((path) => {
    read ??= ConfigProvider.fromEnvRecord({ ...env })
    return read.load(path)
  })
}

/** What the parts of the pipeline offer to each other. */
import { Contract } from "downforce"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** The numbers that `luck` and `depth` are drawn from: 0 up to this. */
export const parts = 1_000_000

/** A commit, with what nobody knows of it yet: only `defects.ts` looks at its luck. */
export const Commit = Schema.Struct({
  id: Schema.Int,
  /** Of so many parts; the unlucky ones have a defect. */
  luck: Schema.Int,
  /** Of so many parts: how deep a defect is hidden, if there is one. */
  depth: Schema.Int
})
export type Commit = typeof Commit.Type

/** Where a batch may turn red, in its order. A build by itself finds nothing. */
export const Stage = Schema.Literals(["test", "staging", "production"])
export type Stage = typeof Stage.Type

const commits = Schema.Array(Commit)
const colour = { success: Schema.Struct({ isRed: Schema.Boolean }) }

/** The main line. A commit is answered when it is live, or reverted. */
export class Line extends Contract.make<Line>()(
  "Line",
  RpcGroup.make(
    Rpc.make("commit", {
      payload: { commit: Commit },
      success: Schema.Struct({ fate: Schema.Literals(["live", "reverted"]) })
    })
  )
) {}

/** Makes a build of all that was committed. */
export class Build extends Contract.make<Build>()(
  "Build",
  RpcGroup.make(Rpc.make("build", { payload: { commits } }))
) {}

/** Tries builds out. */
export class Test extends Contract.make<Test>()(
  "Test",
  RpcGroup.make(
    Rpc.make("run", { payload: { commits }, ...colour }),
    /** Whether what was seen at a stage is seen with these commits, too. */
    Rpc.make("reproduce", { payload: { stage: Stage, commits }, ...colour })
  )
) {}

/** Brings builds to people, and takes them back. */
export class Deploy extends Contract.make<Deploy>()(
  "Deploy",
  RpcGroup.make(
    Rpc.make("deploy", { payload: { stage: Stage, commits }, ...colour }),
    Rpc.make("revert", { payload: { culprit: Schema.Int } })
  )
) {}

/** Whoever is on call. A batch that has turned red is theirs until it is green again. */
export class Watch extends Contract.make<Watch>()(
  "Watch",
  RpcGroup.make(
    Rpc.make("resolve", {
      payload: { stage: Stage, commits },
      success: Schema.Struct({ culprits: Schema.Array(Schema.Int) })
    })
  )
) {}

/** Whoever must be asked before somebody else's work is taken out. */
export class Owner extends Contract.make<Owner>()(
  "Owner",
  RpcGroup.make(Rpc.make("mayRevert", { payload: { culprit: Schema.Int } }))
) {}

/**
 * One operation of a disk as an Effect: what it costs in virtual time, what may go wrong with it,
 * and when it happens.
 *
 * It happens at one instant, at its end: when the node crashes before, it has not happened. A
 * primitive of our own, as the clock's sleep is: what costs no time makes no task.
 */
import { Clock, type Effect, Effectable, Exit, type PlatformError } from "effect"
import type { RawFiber } from "../kernel/Process.ts"
import type { Task } from "../kernel/Task.ts"
import { CurrentCall } from "./Caller.ts"
import { type Act, type Disk, note, type OperationKind, shown } from "./Disk.ts"
import { Errno, toPlatformError } from "./DiskErrno.ts"
import type { Inode } from "./DiskInode.ts"

/** How long each kind of operation takes when nothing is wrong, in microseconds. */
export const microsOf: { readonly [Kind in OperationKind]: number } = {
  look: 0,
  read: 0,
  write: 0,
  change: 0,
  sync: 2_000
}

/** How much longer the first read of a file takes after the page cache was lost. */
export const coldReadMicros = 100

/** What an operation does. */
export interface Specification<A> {
  readonly kind: OperationKind
  /** The method of `FileSystem` that errors name. */
  readonly method: string
  readonly syscall: string
  readonly path: string
  /** Does it, all at once; refuses by throwing. */
  readonly run: (act: Act, begunAt: number) => A
  /** What is read, when it is known before: it may have to come from the medium. */
  readonly reads?: () => Inode | undefined
  /** What else happens when a sync fails. */
  readonly onFailedSync?: (begunAt: number) => void
  /** What recordings say of it; nothing for what changes nothing. */
  readonly told?: (result: A) => string
}

/** An operation that is under way. */
interface Running {
  readonly operation: Operation
  readonly fiber: RawFiber
  readonly isFailing: boolean
  /** How many changes the disk had when it began: a sync is about these. */
  readonly begunAt: number
}

interface Operation extends Effect.Effect<unknown, PlatformError.PlatformError> {
  readonly disk: Disk
  readonly specification: Specification<unknown>
}

type Outcome = Exit.Exit<unknown, PlatformError.PlatformError>

const failure = (disk: Disk, specification: Specification<unknown>, error: unknown): Outcome => {
  const { kind, method, path, syscall } = specification
  const told = toPlatformError(method, path, error)
  if (told === undefined) return Exit.die(error)
  if (disk.recorder !== undefined && error instanceof Errno) {
    const { code } = error
    const what = `${kind === "sync" ? "sync" : syscall} ${shown(path)} failed`
    if (code === "EIO" || code === "ENOSPC") note(disk, disk.recorder, `${what}: ${code}`)
  }
  return Exit.fail(told)
}

const happen = (task: Task, { begunAt, fiber, isFailing, operation }: Running): Outcome => {
  const { disk, specification } = operation
  const { path, syscall } = specification
  if (isFailing) {
    specification.onFailedSync?.(begunAt)
    return failure(disk, specification, new Errno({ code: "EIO", syscall, path }))
  }
  try {
    const nowMillis = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
    const result = specification.run({ disk, task, nowMillis }, begunAt)
    const { told } = specification
    if (disk.recorder !== undefined && told !== undefined) note(disk, disk.recorder, told(result))
    return Exit.succeed(result)
  } catch (error) {
    return failure(disk, specification, error)
  }
}

const finish = (task: Task): void => {
  // Only the primitive below enqueues this function, with what is running.
  const running = task.payload as Running
  running.fiber.evaluate(happen(task, running))
}

/** What an operation costs at this moment. */
const costOf = (disk: Disk, specification: Specification<unknown>, task: Task): number => {
  const micros = microsOf[specification.kind] + disk.extraMicros + disk.kernel.choose("lag", task)
  if (disk.coldFiles === 0) return micros
  const inode = specification.reads?.()
  if (inode?._tag !== "File" || !inode.isCold) return micros
  inode.isCold = false
  disk.coldFiles--
  return micros + coldReadMicros
}

const operationProto: Effect.Effect<unknown, PlatformError.PlatformError> =
  Effectable.Prototype<Operation>({
    label: "DiskOperation",
    evaluate(fiber) {
      // The runtime's fibers have the methods of a raw one; its public type leaves them out.
      const raw = fiber as RawFiber
      const { disk, specification } = this
      const { kernel, labels, process } = disk
      const { kind } = specification
      // As for calls: keys follow the tree of calls, not whoever woke the fiber last.
      const cause = fiber.getRef(CurrentCall)?.request ?? kernel.current()
      const task = kernel.prepare(cause, labels[kind], process, finish, undefined)
      task.step = kernel.current().step
      const hasError = kernel.choose("eio", task) !== 0
      const failsSync = kind === "sync" && kernel.choose("failsync", task) !== 0
      const running: Running = {
        operation: this,
        fiber: raw,
        isFailing: disk.failing > 0 || hasError || failsSync,
        begunAt: disk.sequence
      }
      const micros = costOf(disk, specification, task)
      if (micros === 0) return happen(task, running)
      task.payload = running
      kernel.enqueue(task, kernel.now() + micros)
      return raw.yieldWith(() => kernel.cancel(task))
    }
  })

/** Makes an operation. It may be run many times. */
export const make = <A>(
  disk: Disk,
  specification: Specification<A>
): Effect.Effect<A, PlatformError.PlatformError> => {
  const operation = Object.create(operationProto)
  operation.disk = disk
  operation.specification = specification
  return operation
}

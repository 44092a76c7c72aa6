/**
 * Why an operation of a disk fails, by the codes of POSIX, and as Effect's platform errors.
 *
 * The reasons are those that `@effect/platform-node` gives for the same code; the code itself is on
 * the error's cause, as on a real machine.
 */
import { Data, PlatformError } from "effect"

const texts = {
  EBADF: "bad file descriptor",
  EBUSY: "resource busy or locked",
  EEXIST: "file already exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EIO: "i/o error",
  EISDIR: "illegal operation on a directory",
  ELOOP: "too many symbolic links encountered",
  ENAMETOOLONG: "name too long",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted",
  ERR_FS_CP_DIR_TO_NON_DIR: "cannot copy a directory over something else",
  ERR_FS_CP_EINVAL: "cannot copy something to itself or into itself",
  ERR_FS_CP_NON_DIR_TO_DIR: "cannot copy something else over a directory",
  ERR_FS_EISDIR: "path is a directory"
} as const

/** A code of POSIX, or of Node where it has its own. */
export type Code = keyof typeof texts

/** A refused operation. The disk's own functions throw it; programs find it as an error's cause. */
export class Errno extends Data.TaggedError("Errno")<{
  readonly code: Code
  readonly syscall: string
  readonly path: string
}> {
  override get message(): string {
    return `${this.code}: ${texts[this.code]}, ${this.syscall} '${this.path}'`
  }
}

/** An argument that no file system takes: a NUL in a path, a length that is no integer. */
export class WrongArgument extends Data.TaggedError("WrongArgument")<{
  readonly description: string
}> {
  override get message(): string {
    return this.description
  }
}

/** Refuses an operation. */
export const refuse = (code: Code, syscall: string, path: string): never => {
  throw new Errno({ code, syscall, path })
}

const tagOf = (code: Code): PlatformError.SystemErrorTag => {
  switch (code) {
    case "ENOENT":
      return "NotFound"
    case "EPERM":
      return "PermissionDenied"
    case "EEXIST":
      return "AlreadyExists"
    case "EISDIR":
    case "ENOTDIR":
    case "ELOOP":
      return "BadResource"
    case "EBUSY":
      return "Busy"
    default:
      return "Unknown"
  }
}

/** What a program is told; `undefined` for what is no refusal but a defect of ours. */
export const toPlatformError = (
  method: string,
  path: string,
  error: unknown
): PlatformError.PlatformError | undefined => {
  if (error instanceof Errno) {
    return PlatformError.systemError({
      _tag: tagOf(error.code),
      module: "FileSystem",
      method,
      pathOrDescriptor: path,
      syscall: error.syscall,
      cause: error
    })
  }
  if (error instanceof WrongArgument) return badArgument(method, error.description)
  return undefined
}

/** The error for an argument that is refused before anything is done. */
export const badArgument = (method: string, description: string): PlatformError.PlatformError =>
  PlatformError.badArgument({ module: "FileSystem", method, description })

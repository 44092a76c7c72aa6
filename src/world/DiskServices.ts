/**
 * What a program on a node gets when it asks for files: the file system of its disk, or, on a node
 * without one, a file system that names the service and what to declare.
 */
import { Context, Effect, FileSystem, Path, Sink, Stream } from "effect"
import type * as Service from "../system/Service.ts"
import * as DiskFileSystem from "./DiskFileSystem.ts"
import type { Node } from "./Node.ts"
import { posixPath } from "./NodePath.ts"

type Services = FileSystem.FileSystem | Path.Path

/** A file system in which nothing works, and all says why. */
const withoutDisk = (name: string): FileSystem.FileSystem => {
  const error = () => new Error(`${name} has no disk: declare \`disk: {}\` in its service`)
  const die = () => Effect.suspend(() => Effect.die(error()))
  return FileSystem.makeNoop({
    access: die,
    copy: die,
    copyFile: die,
    chmod: die,
    chown: die,
    exists: die,
    glob: die,
    link: die,
    lstat: die,
    makeDirectory: die,
    makeTempDirectory: die,
    makeTempDirectoryScoped: die,
    makeTempFile: die,
    makeTempFileScoped: die,
    open: die,
    readDirectory: die,
    readDirectoryEntries: die,
    readFile: die,
    readFileString: die,
    readLink: die,
    realPath: die,
    remove: die,
    rename: die,
    sink: () => Sink.die(error()),
    stat: die,
    stream: () => Stream.die(error()),
    symlink: die,
    truncate: die,
    utimes: die,
    watch: () => Stream.die(error()),
    writeFile: die,
    writeFileString: die
  })
}

const make = (fileSystem: FileSystem.FileSystem): Context.Context<Services> =>
  Context.make(FileSystem.FileSystem, fileSystem).pipe(Context.add(Path.Path, posixPath))

// Made once for each service or fake without a disk: a flight that uses none must not pay for it.
const absent = new WeakMap<Service.Any, Context.Context<Services>>()
const absentOfClients = make(withoutDisk("a client"))

/** The services around the code of a node that have to do with files. */
export const contextOf = ({ disk, service }: Node): Context.Context<Services> => {
  if (disk !== undefined) return make(DiskFileSystem.make(disk))
  if (service === undefined) return absentOfClients
  let context = absent.get(service)
  if (context === undefined) {
    context = make(withoutDisk(service.name))
    absent.set(service, context)
  }
  return context
}

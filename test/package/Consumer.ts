/**
 * A project of a user's, in a folder of its own outside the repository, with the packed package
 * installed as npm installs it. Needs no network: what the package depends on is linked from the
 * repository.
 */
import { execFile } from "node:child_process"
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const tsc = join(root, "node_modules/typescript/bin/tsc")

/** What a command came to. */
export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** A user's project. `packed` are the paths in the package. */
export interface Consumer {
  readonly folder: string
  readonly packed: ReadonlyArray<string>
  readonly write: (path: string, text: string) => Promise<void>
  readonly run: (command: string, ...parameters: ReadonlyArray<string>) => Promise<Ran>
  readonly compile: (path: string, ...options: ReadonlyArray<string>) => Promise<Ran>
  readonly remove: () => Promise<void>
}

const run = (folder: string, command: string, parameters: ReadonlyArray<string>): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(command, parameters, { cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      resolve({ exitCode: typeof code === "number" ? code : 1, stdout, stderr })
    })
  })

const mustRun = async (folder: string, command: string, ...parameters: ReadonlyArray<string>) => {
  const ran = await run(folder, command, parameters)
  if (ran.exitCode !== 0) {
    throw new Error(`${command} ${parameters.join(" ")}\n${ran.stdout}\n${ran.stderr}`)
  }
  return ran
}

/** Builds beside `dist/`, so that no stale file is packed and no running test is disturbed. */
const pack = async (stage: string): Promise<{ tarball: string; packed: ReadonlyArray<string> }> => {
  const outDir = join(stage, "dist")
  await mustRun(root, process.execPath, tsc, "-p", "tsconfig.build.json", "--outDir", outDir)
  for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) {
    await cp(join(root, name), join(stage, name))
  }
  const { stdout } = await mustRun(stage, "npm", "pack", "--ignore-scripts", "--json")
  const reported: unknown = JSON.parse(stdout)
  const report: unknown = Array.isArray(reported)
    ? reported[0]
    : Object.values(Object(reported) as object)[0]
  // What `npm pack --json` prints: one report for each package, a list before npm 11.
  const { filename, files } = report as { filename: string; files: ReadonlyArray<{ path: string }> }
  return { tarball: join(stage, filename), packed: files.map(({ path }) => path) }
}

const linkPackages = async (from: string, to: string, isLeftOut: (name: string) => boolean) => {
  const names = (await readdir(from)).filter((name) => !name.startsWith(".") && !isLeftOut(name))
  for (const name of names) await symlink(join(from, name), join(to, name))
}

/** Makes a project without the packages left out. The caller removes it. */
export const make = async (isLeftOut: (name: string) => boolean): Promise<Consumer> => {
  const folder = await mkdtemp(join(tmpdir(), "downforce-package-"))
  const stage = join(folder, "stage")
  const modules = join(folder, "node_modules")
  const installed = join(modules, "downforce")
  await mkdir(join(modules, ".bin"), { recursive: true })
  await mkdir(stage)
  await mkdir(installed)
  const { tarball, packed } = await pack(stage)
  await mustRun(folder, "tar", "-xzf", tarball, "-C", installed, "--strip-components=1")
  await rm(stage, { recursive: true })
  await linkPackages(join(root, "node_modules"), modules, isLeftOut)

  // As npm does for each entry of `bin` that is there.
  const { bin } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"))
  for (const [name, path] of Object.entries(bin)) {
    if (!packed.includes(`${path}`)) continue
    await chmod(join(installed, `${path}`), 0o755)
    await symlink(`../downforce/${path}`, join(modules, ".bin", name))
  }
  await writeFile(join(folder, "package.json"), '{ "name": "consumer", "type": "module" }\n')
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]
  const ambient = ["--lib", "es2023,dom", "--types", "node"]
  return {
    folder,
    packed,
    write,
    run: (command, ...parameters) => run(folder, command, parameters),
    compile: (path, ...options) =>
      run(folder, process.execPath, [tsc, ...strict, ...ambient, ...options, path]),
    remove: () => rm(folder, { recursive: true, force: true })
  }
}

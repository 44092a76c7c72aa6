/**
 * Hooks of Node's module loader: TypeScript files of users are ES modules, whatever `package.json`
 * says.
 *
 * Without them a project whose `package.json` names no type would get its files compiled to
 * CommonJS, and with them a second copy of `downforce`, `effect` and `fast-check` beside the ones
 * that fly. Runs in the loader's own thread, before the TypeScript loader sees a file.
 */

/** What the next hook found. */
interface Resolved {
  readonly url: string
  readonly format?: string | null
}

type Next = (specifier: string, context: unknown) => Promise<Resolved>

const isTypeScript = (url: string): boolean =>
  url.startsWith("file:") && /\.tsx?(?:\?|$)/.test(url) && !url.includes("/node_modules/")

/** Says of every TypeScript file outside packages that it is an ES module. */
export const resolve = async (
  specifier: string,
  context: unknown,
  next: Next
): Promise<Resolved> => {
  const found = await next(specifier, context)
  return isTypeScript(found.url) ? { ...found, format: "module" } : found
}

/**
 * A simple check of markup: whether every tag that is opened is closed, in order.
 */

const tag = /<(?<end>\/?)(?<name>[a-z0-9]+)(?<rest>(?:\s[a-z][a-z0-9-]*="[^"<]*")*\s*\/?)>/giu

/** Tags that are closed in the wrong place or never, and brackets that are of no tag. */
export const unclosed = (page: string): ReadonlyArray<string> => {
  const open: Array<string> = []
  const wrong: Array<string> = []
  const body = page.replace(/^<!doctype html>/u, "").replace(/<style>[^<]*<\/style>/u, "")
  for (const { 0: text, groups } of body.matchAll(tag)) {
    const { end, name = "", rest = "" } = groups ?? {}
    if (end === "/") {
      if (open.pop() !== name) wrong.push(text)
    } else if (!rest.endsWith("/")) {
      open.push(name)
    }
  }
  return [...wrong, ...open, ...(body.replaceAll(tag, "").match(/[<>]/gu) ?? [])]
}

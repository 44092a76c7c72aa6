/**
 * Which file of the user's is being loaded right now.
 *
 * For whoever has to explain that the process ended, or that something failed which nobody awaits.
 */

let current: string | undefined

/** The file that is being loaded, relative to the project. */
export const file = (): string | undefined => current

let leave = (): void => {}

/** Says what has to be undone when no code of users runs any more. */
export const atEnd = (undo: () => void): void => {
  leave = undo
}

/** Says that no code of users runs any more. */
export const end = (): void => {
  leave()
  leave = () => {}
}

/** Says that the loading of a file begins; the result says that it is done. */
export const begin = (path: string): (() => void) => {
  current = path
  return () => {
    current = undefined
  }
}

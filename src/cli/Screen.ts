/**
 * Whether the replay has the terminal: then errors that nobody caught are its business, since a
 * message written over its screen would be lost when the screen is left.
 */

let isOpen = false

/** Whether the replay has the terminal right now. */
export const hasTerminal = (): boolean => isOpen

/** Runs something that has the terminal until it is done. */
export const withTerminal = async <A>(run: () => Promise<A>): Promise<A> => {
  isOpen = true
  try {
    return await run()
  } finally {
    isOpen = false
  }
}

/**
 * Colours of printed text: the same words with or without them.
 */

/** How words are made to stand out. Nothing is said by colour alone. */
export interface Paint {
  readonly strong: (text: string) => string
  readonly quiet: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly doubtful: (text: string) => string
}

const same = (text: string): string => text

/** No colours: pipes, files, `NO_COLOR`. */
export const plain: Paint = { strong: same, quiet: same, good: same, bad: same, doubtful: same }

const styled =
  (on: number, off: number) =>
  (text: string): string =>
    text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`

/** The sixteen colours that every terminal has and its user chose. */
export const colored: Paint = {
  strong: styled(1, 22),
  quiet: styled(2, 22),
  good: styled(32, 39),
  bad: styled(31, 39),
  doubtful: styled(33, 39)
}

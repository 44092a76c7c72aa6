/**
 * Every key of the replay, once: the handlers, the footer, the `?` screen and docs/KEYS.md are all
 * made from this table.
 *
 * Owns which key means which action and how both are told to people. What an action does to the
 * screen is Actions' business.
 */

/** What a key can ask for. */
export type Action =
  | "next"
  | "previous"
  | "nextOnNode"
  | "previousOnNode"
  | "first"
  | "last"
  | "halfPageDown"
  | "halfPageUp"
  | "pageDown"
  | "pageUp"
  | "violation"
  | "nextFault"
  | "previousFault"
  | "why"
  | "follow"
  | "back"
  | "filter"
  | "nextMatch"
  | "previousMatch"
  | "setMark"
  | "goToMark"
  | "nextPane"
  | "previousPane"
  | "pane1"
  | "pane2"
  | "pane3"
  | "pane4"
  | "zoom"
  | "state"
  | "keys"
  | "escape"
  | "quit"

/** One row of the table. */
export interface Binding {
  readonly action: Action
  /** Names of keys: a character, or a name such as `ctrl-d`, `pagedown`, `escape`. */
  readonly keys: ReadonlyArray<string>
  /** The keys as people read them. */
  readonly shown: string
  /** What it does, without a full stop. */
  readonly does: string
  /** How a count before the key changes it, when it does. */
  readonly counted?: string
  /** The words in the footer, for keys that are worth their place there; the most useful first. */
  readonly foot?: string
}

/** The table. Order is that of the `?` screen and of the docs. */
export const bindings: ReadonlyArray<Binding> = [
  {
    action: "next",
    keys: ["j", "down"],
    shown: "j Down",
    does: "next event",
    counted: "so many events on"
  },
  {
    action: "previous",
    keys: ["k", "up"],
    shown: "k Up",
    does: "previous event",
    counted: "so many events back"
  },
  {
    action: "nextOnNode",
    keys: ["l", "right"],
    shown: "l Right",
    does: "next event on the same node",
    counted: "so many of them on"
  },
  {
    action: "previousOnNode",
    keys: ["h", "left"],
    shown: "h Left",
    does: "previous event on the same node",
    counted: "so many of them back"
  },
  {
    action: "first",
    keys: ["g", "home"],
    shown: "g Home",
    does: "first event",
    counted: "the event of that number"
  },
  {
    action: "last",
    keys: ["G", "end"],
    shown: "G End",
    does: "last event",
    counted: "the event of that number"
  },
  {
    action: "halfPageDown",
    keys: ["ctrl-d"],
    shown: "Ctrl-d",
    does: "half a page down in the focused pane"
  },
  {
    action: "halfPageUp",
    keys: ["ctrl-u"],
    shown: "Ctrl-u",
    does: "half a page up in the focused pane"
  },
  {
    action: "pageDown",
    keys: ["pagedown", "ctrl-f"],
    shown: "PgDn Ctrl-f",
    does: "a page down in the focused pane"
  },
  {
    action: "pageUp",
    keys: ["pageup", "ctrl-b"],
    shown: "PgUp Ctrl-b",
    does: "a page up in the focused pane"
  },
  { action: "violation", keys: ["e"], shown: "e", does: "to the violation", foot: "e violation" },
  {
    action: "previousFault",
    keys: ["["],
    shown: "[",
    does: "previous fault, or event at which the world deviated",
    counted: "so many of them back",
    foot: "[ ] fault"
  },
  {
    action: "nextFault",
    keys: ["]"],
    shown: "]",
    does: "next fault, or event at which the world deviated",
    counted: "so many of them on"
  },
  {
    action: "why",
    keys: ["w"],
    shown: "w",
    does: "why: to the nearest cause; again goes further",
    counted: "so many causes back",
    foot: "w why"
  },
  {
    action: "follow",
    keys: ["f"],
    shown: "f",
    does: "follow a message to its other end",
    foot: "f follow"
  },
  { action: "back", keys: ["ctrl-o"], shown: "Ctrl-o", does: "back to where the last jump began" },
  {
    action: "filter",
    keys: ["/"],
    shown: "/",
    does: "filter events by a text; /! shows those without it; an empty one shows all",
    foot: "/ filter"
  },
  {
    action: "nextMatch",
    keys: ["n"],
    shown: "n",
    does: "next match of the filter",
    counted: "so many matches on"
  },
  {
    action: "previousMatch",
    keys: ["N"],
    shown: "N",
    does: "previous match of the filter",
    counted: "so many matches back"
  },
  { action: "setMark", keys: ["m"], shown: "m a", does: "set mark a (any letter) at this event" },
  { action: "goToMark", keys: ["'"], shown: "' a", does: "go to mark a" },
  { action: "nextPane", keys: ["tab"], shown: "Tab", does: "next pane", foot: "Tab pane" },
  { action: "previousPane", keys: ["shift-tab"], shown: "Shift-Tab", does: "previous pane" },
  { action: "pane1", keys: ["1"], shown: "1", does: "events" },
  {
    action: "pane2",
    keys: ["2"],
    shown: "2",
    does: "lanes: what each node did, same rows as events"
  },
  { action: "pane3", keys: ["3"], shown: "3", does: "state after the event" },
  { action: "pane4", keys: ["4"], shown: "4", does: "why: the event and the chain of its causes" },
  { action: "zoom", keys: ["z"], shown: "z", does: "focused pane on the full screen and back" },
  { action: "state", keys: ["d"], shown: "d", does: "state: only what changed, or all of it" },
  {
    action: "escape",
    keys: ["escape"],
    shown: "Esc",
    does: "put away, one at a time: count, keys, full screen, filter"
  },
  { action: "keys", keys: ["?"], shown: "?", does: "these keys", foot: "? keys" },
  { action: "quit", keys: ["q", "ctrl-c"], shown: "q Ctrl-c", does: "quit", foot: "q quit" }
]

const byKey = new Map(
  bindings.flatMap((binding) => binding.keys.map((key) => [key, binding.action] as const))
)

/** What a key asks for, if anything. */
export const actionOf = (key: string): Action | undefined => byKey.get(key)

/** Keys longer than a character that a terminal may report, as this table names them. */
export interface KeyFlags {
  readonly upArrow: boolean
  readonly downArrow: boolean
  readonly leftArrow: boolean
  readonly rightArrow: boolean
  readonly pageDown: boolean
  readonly pageUp: boolean
  readonly home: boolean
  readonly end: boolean
  readonly return: boolean
  readonly escape: boolean
  readonly tab: boolean
  readonly backspace: boolean
  readonly delete: boolean
  readonly ctrl: boolean
  readonly shift: boolean
  readonly meta: boolean
}

/** Most characters taken from one burst of input, such as a paste. */
const burstLengthMax = 1_000

const nameOfCharacter = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code === 0x1b) return "escape"
  if (code === 0x0d || code === 0x0a) return "return"
  if (code === 0x09) return "tab"
  if (code === 0x7f || code === 0x08) return "backspace"
  return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character
}

/** The names of the keys in one report of a terminal: one, but several for a burst of input. */
export const keyNames = (input: string, flags: KeyFlags): ReadonlyArray<string> => {
  if (flags.upArrow) return ["up"]
  if (flags.downArrow) return ["down"]
  if (flags.leftArrow) return ["left"]
  if (flags.rightArrow) return ["right"]
  if (flags.pageDown) return ["pagedown"]
  if (flags.pageUp) return ["pageup"]
  if (flags.home) return ["home"]
  if (flags.end) return ["end"]
  if (flags.return) return ["return"]
  if (flags.escape) return ["escape"]
  if (flags.tab) return [flags.shift ? "shift-tab" : "tab"]
  // Terminals disagree on which of the two the key above Return sends.
  if (flags.backspace || flags.delete) return ["backspace"]
  if (flags.meta) return []
  if (flags.ctrl) return input === "" ? [] : [`ctrl-${input}`]
  return [...input.slice(0, burstLengthMax)].map(nameOfCharacter)
}

/** docs/KEYS.md, made from the table. */
export const keysDocument = (): string => {
  const cell = (text: string): string => text.replaceAll("|", "\\|")
  const rows = bindings.map(
    (binding) =>
      `| ${binding.shown
        .split(" ")
        .map((key) => `\`${cell(key)}\``)
        .join(" ")} | ${cell(binding.does)} | ${cell(binding.counted ?? "")} |`
  )
  return [
    "# Keys of the replay",
    "",
    "Made from the table in `tui/core/Keys.ts`; a test compares the two. A count is typed before a",
    "key: `12j`, `38g`. A lone `1` to `4` shows that pane: it counts if a key follows at once.",
    "",
    "| key | does | with a count |",
    "| --- | --- | --- |",
    ...rows,
    ""
  ].join("\n")
}

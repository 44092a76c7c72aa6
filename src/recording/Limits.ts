/**
 * What a recording may be at most. Recordings travel between people, so none of it is trusted.
 *
 * Owns the numbers and why they are what they are. The reader refuses what exceeds them; the
 * writer refuses to write what no reader would open.
 */

/** Largest compressed file in bytes (256 MiB). Look at a file's size before reading it. */
export const fileBytesMax = 268_435_456

/**
 * Largest text of a recording once inflated (512 MiB): more than twice what a million events take.
 * It is also the most memory that a compressed bomb can make the reader take before it is refused.
 */
export const inflatedBytesMax = 536_870_912

/** Largest header line in bytes (16 MiB): some 100,000 operations with their payloads. */
export const headerBytesMax = 16_777_216

/** Largest event or checkpoint line in bytes (64 MiB). */
export const lineBytesMax = 67_108_864

/** Most events of one recording: twice what the replay promises to be quick with. */
export const eventsMax = 2_000_000

/** Most nodes of one recording. */
export const nodesMax = 10_000

/** Deepest nesting of objects and arrays in a line; people's payloads stay below ten. */
export const nestingDepthMax = 64

/** Longest path in characters. */
export const pathLengthMax = 1_024

/** Decoded events kept in memory by an opened file. */
export const decodedEventsMax = 4_096

/** A checkpoint of the state is written after this many events at the earliest. */
export const checkpointEventsMin = 1_000

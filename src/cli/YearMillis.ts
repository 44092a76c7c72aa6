/**
 * How much later it is in the process that `doctor` compares with.
 */

/** A year, in milliseconds. */
export const yearMillis = 365 * 24 * 60 * 60 * 1_000

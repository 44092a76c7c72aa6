/** Loaded by an animal of the zoo during a flight. */

/** What that animal answers. */
export const late = "late"

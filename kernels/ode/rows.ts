/**
 * The solution, the candidate and the slopes of the stages are rows of one block of memory, a vector of two components
 * after the other, so that one address and constants reach them all. Systems with fewer equations leave zeros behind.
 */

/** Bytes from one to the next. */
export const ROW: usize = 256;
/** The solution. */
export const Y: usize = 0;
/** The candidate. */
export const W: usize = ROW;
/** What rounding took from the solution. */
export const CARRY: usize = 2 * ROW;
/** What the step adds to it. */
export const INCREMENT: usize = 3 * ROW;
/** Slopes. */
export const K1: usize = 4 * ROW;
export const K2: usize = 5 * ROW;
export const K3: usize = 6 * ROW;
export const K4: usize = 7 * ROW;
export const K5: usize = 8 * ROW;
export const K6: usize = 9 * ROW;
export const K7: usize = 10 * ROW;
export const K8: usize = 11 * ROW;
export const K9: usize = 12 * ROW;
export const K10: usize = 13 * ROW;
/** How many there are. */
export const ROWS: usize = 14;

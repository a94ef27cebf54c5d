// Original file: proto/heddle/v1/cluster.proto


/**
 * Marks the end of the first state.
 */
export interface Synced {
}

/**
 * Marks the end of the first state.
 */
export interface Synced__Output {
}

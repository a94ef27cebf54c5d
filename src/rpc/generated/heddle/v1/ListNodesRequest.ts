// Original file: proto/heddle/v1/cluster.proto


/**
 * No conditions yet.
 */
export interface ListNodesRequest {
}

/**
 * No conditions yet.
 */
export interface ListNodesRequest__Output {
}

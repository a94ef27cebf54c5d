// Original file: proto/heddle/v1/kernels.proto


/**
 * No conditions yet.
 */
export interface ListRequest {
}

/**
 * No conditions yet.
 */
export interface ListRequest__Output {
}

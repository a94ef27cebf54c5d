/** Name of the variable that tells a child which file descriptor ends with its parent: see child.js. */
export const parentFdVariable = "HEDDLE_PARENT_FD";

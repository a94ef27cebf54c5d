/**
 * Where the files of the threads are. In the source they are `.ts`, in the published package `.js`; the compiler
 * rewrites imports but not addresses like these, so they are made from this file's own.
 */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** The thread that runs batches. */
export const threadUrl = new URL(`./thread.${extension}`, import.meta.url);

/** The thread that admits one module. */
export const admissionThreadUrl = new URL(`./admission-thread.${extension}`, import.meta.url);

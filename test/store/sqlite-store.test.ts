import { join } from "node:path";
import { createSqliteStore } from "../../src/store/sqlite-store.ts";
import { describeStore } from "../suites/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describeStore("createSqliteStore", () => createSqliteStore({ path: join(temporaryFolder(), "store.db") }));

/** The thread of the embedded database; `sqlite-store.ts` starts it. Its data is the path of the file. */
import { SqliteDatabase, type StoreCall, type StoreReply } from "./sqlite-database.ts";
import { serveThread } from "./thread-host.ts";

serveThread<readonly StoreCall[], StoreReply[]>((path) => new SqliteDatabase(String(path)));

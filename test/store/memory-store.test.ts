import { createMemoryStore } from "../../src/store/memory-store.ts";
import { describeStore } from "../suites/store.ts";

describeStore("createMemoryStore", createMemoryStore);

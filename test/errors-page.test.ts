import { describe, expect, it } from "vitest";
import { codeName } from "../src/base/code.ts";
import { reasons } from "../src/base/reason.ts";

const head = `# Errors

Every error is a gRPC status with a stable **reason**. The code says what kind of thing went wrong, the reason says
which one exactly; both are meant for programs, the message is for people and may change. The reason travels as
\`google.rpc.ErrorInfo.reason\` with the domain \`heddle\` in the trailer \`grpc-status-details-bin\`, so any gRPC library
can read it; the SDK gives it as \`error.reason\`.

**Retried** says whether the scheduler tries again by itself, up to four tries in all with exponential back-off and full
jitter: *always* when the item cannot have started, *if pure* when it may have started and the function imports nothing
with effects, *no* when the outcome is final. **Node** says whether the reason speaks against the node it happened on.

This page is written from \`src/base/reason.ts\` by \`npm test -- -u test/errors-page.test.ts\`.

`;

const retried = { always: "always", "if-pure": "if pure", final: "no" } as const;

describe("docs/errors.md", () => {
  it("shows the table of reasons as it is", async () => {
    const rows = Object.entries(reasons).map(([reason, row]) => {
      const code = row.code === null ? "the kernel's" : codeName(row.code);
      return `| \`${reason}\` | ${code} | ${retried[row.retry]} | ${row.countsAgainstNode ? "yes" : "no"} | ${row.about} |`;
    });
    const table = [
      "| reason | code | retried | node | when |",
      "| --- | --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
    await expect(`${head}${table}\n`).toMatchFileSnapshot("../docs/errors.md");
  });
});

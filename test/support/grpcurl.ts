import { homedir } from "node:os";
import { join } from "node:path";
import { prerequisite } from "./prerequisite.ts";

/** The path of grpcurl; undefined where it is missing, which has been said. */
export const grpcurl: string | undefined = prerequisite({
  program: "grpcurl",
  folders: goFolders(),
  advice: ".ci/run prerequisites, or go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3",
});

/** Where `go install` puts programs. */
function goFolders(): string[] {
  const { GOBIN, GOPATH } = process.env;
  const own = GOPATH === undefined ? [] : [join(GOPATH, "bin")];
  return [...(GOBIN === undefined ? [] : [GOBIN]), ...own, join(homedir(), "go", "bin")];
}

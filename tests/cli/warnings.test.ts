import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isOwnAffair } from "../../src/cli/warnings";
import { installationDir } from "../../src/lib/config/sources";

it.each([
  ["TimeoutNegativeWarning", "-1790000000000 is a negative number.", true],
  ["Warning", "NodeVersionSupportWarning: The AWS SDK for JavaScript (v3)", true],
  ["MaxListenersExceededWarning", "Possible EventEmitter memory leak", false],
  ["DeprecationWarning", "Buffer() is deprecated", false],
])("%s: %s", (name, message, own) => {
  expect(isOwnAffair(Object.assign(new Error(message), { name }))).toBe(own);
});

it("what is left out is not printed, the rest is, on one line", () => {
  const module = join(installationDir, "src", "cli", "warnings.ts");
  const script = `
    require(${JSON.stringify(module)}).filterWarnings();
    process.emitWarning("it is over", "TimeoutNegativeWarning");
    process.emitWarning("a leak\\nof memory", "LeakWarning");`;
  const { stderr } = spawnSync(
    process.execPath,
    ["-r", "ts-node/register/transpile-only", "-e", script],
    { cwd: installationDir, encoding: "utf8" },
  );
  expect(stderr).toBe("LeakWarning: a leak of memory\n");
});

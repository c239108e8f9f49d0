import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "../../src/local/lock";
import { readProcess } from "../../src/local/proc";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

it("lets one in at a time and opens again, after an error too", async () => {
  const inside = withLock(home, "up", async () => {
    await expect(withLock(home, "up", () => Promise.resolve(1))).rejects.toMatchObject({
      code: "ENGINE",
      message: `up runs already, pid ${process.pid}`,
    });
    throw new Error("it failed");
  });
  await expect(inside).rejects.toThrow("it failed");
  expect(existsSync(join(home, "up.lock"))).toBe(false);
  expect(await withLock(home, "up", () => Promise.resolve(2))).toBe(2);
});

it.each([
  ["a process that is gone", { ...readProcess(process.pid), startTicks: 1 }],
  ["nobody", "what is no holder"],
])("passes over a lock of %s", async (_whose, holder) => {
  writeFileSync(join(home, "up.lock"), JSON.stringify(holder));
  expect(await withLock(home, "up", () => Promise.resolve(3))).toBe(3);
});

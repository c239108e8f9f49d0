import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { followFile } from "../../src/local/follow";

it("hands over what is added, begins anew when the file is cut off, and ends on abort", async () => {
  const dir = mkdtempSync(join(tmpdir(), "follow-"));
  const file = join(dir, "log");
  writeFileSync(file, "old\n");
  const stop = new AbortController();
  let seen = "";
  const steps = [
    (): void => appendFileSync(file, "größer\n"),
    (): void => writeFileSync(file, "new\n"),
    (): void => stop.abort(),
  ];
  // Each time it has read all there is, it sleeps: that is when the next thing happens.
  const sleep = (): Promise<void> => {
    steps.shift()?.();
    return Promise.resolve();
  };
  const write = (text: string): Promise<void> => {
    seen += text;
    return Promise.resolve();
  };
  await followFile(file, write, systemEffects({ sleep, signal: stop.signal }));
  expect(seen).toBe("größer\nnew\n");
  rmSync(dir, { recursive: true });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { CacheStore } from "../../../src/lib/athena/cache/store";
import { systemEffects } from "../../../src/lib/effects";

const rounds = 4;

it(
  "a cache whose writer is killed with -9 holds one whole entry",
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "workbench-cache-"));
    const warnings: string[] = [];
    const note = (text: string): number => warnings.push(text);
    const logger = { debug: () => undefined, info: note, warn: note };
    for (let round = 0; round < rounds; round += 1) {
      const child = spawn(
        process.execPath,
        ["-r", "ts-node/register/transpile-only", join(__dirname, "cache-writer.ts"), folder],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      await sleep(Math.random() * 100);
      child.kill("SIGKILL");
      await ended;

      const entry = await new CacheStore(folder, systemEffects({ logger })).find("key", Infinity);
      const turn = entry?.head.queryExecutionId ?? "";
      const rows: unknown[] = [];
      for await (const page of entry?.rows() ?? []) rows.push(...page.map(([text]) => text));
      expect(rows).toHaveLength(10_000);
      expect(rows.filter((text) => String(text).startsWith(`${turn} `))).toHaveLength(10_000);
    }
    expect(warnings).toEqual([]);
    rmSync(folder, { recursive: true });
  },
);

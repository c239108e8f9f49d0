import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { WorkbenchError } from "../lib/errors";
import { isAlive, readProcess } from "./proc";

const holderSchema = z.object({ pid: z.int().positive(), startTicks: z.number() });

/**
 * Does something that only one process at a time may do in a home.
 *
 * @throws {@link WorkbenchError} code ENGINE when another one is at it
 */
export async function withLock<T>(
  home: string,
  name: string,
  action: () => Promise<T>,
): Promise<T> {
  mkdirSync(home, { recursive: true });
  const file = join(home, `${name}.lock`);
  takeLock(file, name);
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}

function takeLock(file: string, name: string): void {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(readProcess(process.pid)));
  try {
    for (;;) {
      try {
        // A link is made in one step, with its content, and fails where there is one.
        linkSync(mine, file);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readHolder(file);
      if (holder !== undefined && isAlive(holder)) {
        throw new WorkbenchError("ENGINE", `${name} runs already, pid ${holder.pid}`, {
          hint: "wait until it is through, or stop that process",
          retryable: true,
        });
      }
      // Its holder was killed.
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function readHolder(file: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

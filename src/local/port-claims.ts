import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Effects } from "../lib/effects";
import { WorkbenchError } from "../lib/errors";
import { withLock } from "./lock";
import { type Ports, readPorts } from "./ports";
import { isAlive, readProcess } from "./proc";
import { engineState, recordedEngines } from "./processes";

const claimSchema = z.object({ home: z.string(), pid: z.int().positive(), startTicks: z.number() });
const claimsSchema = z.record(z.string(), claimSchema);
type Claims = z.infer<typeof claimsSchema>;

const waitMs = 50;
const patienceMs = 30_000;

/** Where all homes of this user on this machine write down which ports they have chosen. */
export function claimsFolder(): string {
  return join(tmpdir(), `workbench-ports-${userInfo().uid}`);
}

/**
 * Chooses the ports of a home while no other home does, and writes them down: two homes that start
 * at the same moment find the same ports free, and an engine that starts later (Trino) does not
 * listen yet. A claim holds while the process that made it lives, or an engine of its home runs.
 *
 * @param choose - chooses the ports; told which of them other homes have claimed
 * @throws {@link WorkbenchError} code ENGINE where another process keeps choosing
 */
export async function claimPorts(
  home: string,
  choose: (claimed: ReadonlySet<number>) => Promise<Ports>,
  effects: Pick<Effects, "now" | "sleep">,
  folder: string = claimsFolder(),
): Promise<Ports> {
  const me = readProcess(process.pid);
  const startedMs = effects.now();
  for (;;) {
    try {
      return await withLock(folder, "ports", async () => {
        const others = Object.fromEntries(
          Object.entries(readClaims(folder)).filter(([port, claim]) => holds(claim, Number(port))),
        );
        for (const [port, claim] of Object.entries(others)) {
          if (claim.home === home) Reflect.deleteProperty(others, port);
        }
        const ports = await choose(new Set(Object.keys(others).map(Number)));
        const { pid, startTicks } = me ?? { pid: process.pid, startTicks: 0 };
        const mine = Object.values(ports).map((port) => [port, { home, pid, startTicks }]);
        writeClaims(folder, { ...others, ...(Object.fromEntries(mine) as Claims) });
        return ports;
      });
    } catch (error) {
      const isBusy = error instanceof WorkbenchError && error.retryable;
      if (!isBusy || effects.now() - startedMs > patienceMs) throw error;
      await effects.sleep(waitMs);
    }
  }
}

function holds(claim: Claims[string], port: number): boolean {
  if (isAlive(claim)) return true;
  return (
    Object.values(readPorts(claim.home)).includes(port) &&
    recordedEngines(claim.home).some((name) => engineState(claim.home, name).state === "running")
  );
}

function readClaims(folder: string): Claims {
  try {
    return claimsSchema.parse(JSON.parse(readFileSync(join(folder, "claims.json"), "utf8")));
  } catch {
    // None yet; or half of one, which a full disk may leave: then listeners alone are seen.
    return {};
  }
}

function writeClaims(folder: string, claims: Claims): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "claims.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(claims, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

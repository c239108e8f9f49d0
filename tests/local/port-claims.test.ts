import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { claimPorts } from "../../src/local/port-claims";
import { choosePort, type Ports, writePorts } from "../../src/local/ports";

const effects = systemEffects();
const scratch = (): string => mkdtempSync(join(tmpdir(), "claims-"));
const alwaysFree = (): Promise<boolean> => Promise.resolve(true);

/** Chooses one port, with time for another home to choose the same. */
async function choose(claimed: ReadonlySet<number>): Promise<Ports> {
  await effects.sleep(20);
  return { kafka: await choosePort(9092, claimed, alwaysFree) };
}

it("gives homes that start at the same moment ports of their own", async () => {
  const folder = scratch();
  const homes = [scratch(), scratch(), scratch(), scratch()];
  const chosen = await Promise.all(homes.map((home) => claimPorts(home, choose, effects, folder)));
  expect(chosen.map((ports) => ports["kafka"]).sort()).toEqual([9092, 9093, 9094, 9095]);
});

it("leaves a home the ports it has claimed itself", async () => {
  const folder = scratch();
  const home = scratch();
  await claimPorts(home, choose, effects, folder);
  expect(await claimPorts(home, choose, effects, folder)).toEqual({ kafka: 9092 });
});

it("forgets a claim once its process is gone and no engine of its home runs", async () => {
  const folder = scratch();
  const gone = scratch();
  writePorts(gone, { kafka: 9092 });
  // A pid that no process can have.
  const claim = { home: gone, pid: 4_194_305, startTicks: 1 };
  writeFileSync(join(folder, "claims.json"), JSON.stringify({ 9092: claim }));
  expect(await claimPorts(scratch(), choose, effects, folder)).toEqual({ kafka: 9092 });
});

import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { consume } from "../../src/lib/consume";
import { systemEffects } from "../../src/lib/effects";
import { runEtl } from "../../src/lib/etl";
import { databaseHasTables } from "../../src/lib/glue/catalog";
import { produce } from "../../src/lib/produce";

/** A dataset of simulated events with tables to read; made once an installation. */
export async function openDemoData(): Promise<Settings> {
  const settings = loadSettings({ dataset: "demobrowser" });
  const effects = systemEffects();
  if (await databaseHasTables(settings, effects)) return settings;
  await produce(settings, { source: "simulator", forMs: 6000, enrich: 0.5 }, effects);
  await consume(settings, { until: "caught-up" }, effects);
  await runEtl(settings, {}, effects);
  return settings;
}

import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a query of Athena's can need; the server's other plugins cost start time and do nothing here. */
const wanted = ["iceberg", "geospatial"];

/** The class by which Trino finds the Hive connector. */
const hivePlugin = "io.trino.plugin.hive.HivePlugin";

/**
 * Composes the folder that Trino loads its plugins from: links to the installed ones, and the Hive
 * connector, for tables that are not Iceberg's.
 *
 * That connector's own archive, 258 MB, is not installed: but for annotations and the file that
 * names its class, all of it lies in the Iceberg plugin already.
 *
 * @param installed - Trino's own `plugin` folder; stays as it is
 * @see https://trino.io/docs/476/develop/spi-overview.html#deploying-a-custom-plugin
 */
export function linkPlugins(installed: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of wanted) symlinkSync(join(installed, name), join(folder, name));
  const hive = join(folder, "hive");
  const services = join(hive, "services", "META-INF", "services");
  mkdirSync(services, { recursive: true });
  writeFileSync(join(services, "io.trino.spi.Plugin"), `${hivePlugin}\n`);
  const iceberg = join(installed, "iceberg");
  for (const jar of readdirSync(iceberg)) {
    // Names the Iceberg plugin's class, which this one must not bring again.
    if (/^trino-iceberg-.*-services\.jar$/.test(jar)) continue;
    symlinkSync(join(iceberg, jar), join(hive, jar));
  }
}

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linkPlugins } from "../../../src/local/trino/plugins";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plugins-"));
  for (const name of ["iceberg", "geospatial", "functions-python"]) {
    mkdirSync(join(dir, "installed", name), { recursive: true });
  }
  for (const jar of ["trino-iceberg-476-services.jar", "trino-hive-476.jar", "grpc-services.jar"]) {
    writeFileSync(join(dir, "installed", "iceberg", jar), jar);
  }
});
afterEach(() => rmSync(dir, { recursive: true }));

it("makes the Hive connector out of the Iceberg plugin, and leaves what is installed alone", () => {
  const folder = join(dir, "plugins");
  for (let times = 1; times <= 2; times += 1) linkPlugins(join(dir, "installed"), folder);
  expect(readdirSync(folder).sort()).toEqual(["geospatial", "hive", "iceberg"]);
  // Iceberg's own entry must not be there twice: Trino would find its connector two times.
  expect(readdirSync(join(folder, "hive")).sort()).toEqual([
    "grpc-services.jar",
    "services",
    "trino-hive-476.jar",
  ]);
  const entry = join(folder, "hive", "services", "META-INF", "services", "io.trino.spi.Plugin");
  expect(readFileSync(entry, "utf8")).toBe("io.trino.plugin.hive.HivePlugin\n");
  expect(existsSync(join(dir, "installed", "hive"))).toBe(false);
  expect(readdirSync(join(dir, "installed", "iceberg"))).toHaveLength(3);
});

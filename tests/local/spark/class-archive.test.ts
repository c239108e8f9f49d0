import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { archiveFlags, sparkArchive } from "../../../src/local/spark/class-archive";
import type { SparkInstall } from "../../../src/local/spark/install";

let folder: string;
let install: SparkInstall;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "class-archive-"));
  mkdirSync(join(folder, "jars"));
  for (const name of ["jars/spark.jar", "iceberg.jar"]) writeFileSync(join(folder, name), "one");
  install = {
    sparkHome: folder,
    python: "python",
    jdk: { home: "/jdk", java: "/jdk/bin/java", version: 17 },
    extraJars: [join(folder, "iceberg.jar")],
    archiveFolder: folder,
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("sparkArchive", () => {
  it("has the same name while nothing changes", () => {
    expect(sparkArchive(install)).toBe(sparkArchive({ ...install }));
  });

  it.each([
    ["another JVM", () => ({ ...install, jdk: { ...install.jdk, home: "/other" } })],
    [
      "another jar of Spark's",
      () => {
        writeFileSync(join(folder, "jars", "more.jar"), "two");
        return install;
      },
    ],
    [
      "a jar that was replaced",
      () => {
        writeFileSync(join(folder, "iceberg.jar"), "another");
        return install;
      },
    ],
  ])("has another name with %s", (_case, change) => {
    const before = sparkArchive(install);
    expect(sparkArchive(change())).not.toBe(before);
  });

  it("is asked for only where it has been made", () => {
    const archive = sparkArchive(install);
    expect(archiveFlags(archive)).toEqual([]);
    writeFileSync(archive, "");
    expect(archiveFlags(archive)).toEqual([`-XX:SharedArchiveFile=${archive}`]);
  });
});

import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** Kafka, Spark and Trino at work, with JupyterLab and a kernel. */
export const neededMemoryGb = 5;

/** Bytes free for this user where a folder is, or will be. */
export function freeDiskBytes(folder: string): number {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

/** Bytes that programs can have without swapping, of `/proc/meminfo`. */
export function availableMemoryBytes(meminfo = readFileSync("/proc/meminfo", "utf8")): number {
  const match = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo);
  return match === null ? 0 : Number(match[1]) * 1024;
}

/** `4.2 GB` */
export function formatGb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Whether there is apt-get, as on Debian and Ubuntu. */
export function hasApt(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return (env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "apt-get"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

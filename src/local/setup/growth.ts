import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Bytes of the files below a folder; 0 where there is none. Links are not followed. */
export function folderBytes(folder: string): number {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return 0;
  }
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += folderBytes(path);
    else if (entry.isFile()) bytes += sizeOf(path);
  }
  return bytes;
}

/** Whole megabytes, as shown. */
export function formatMb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    // It was renamed meanwhile.
    return 0;
  }
}

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Something that set-up puts on the disk once. */
export interface Installation {
  /** As a person knows it: "Kafka 4.3.1". */
  title: string;
  /** The folder it is in when it is complete. */
  folder: string;
  /** All that decides what is in there: versions, coordinates. A change installs it anew. */
  pins: readonly string[];
}

const stampName = ".installed";

/** A digest over what an installation is made from. */
export function pinsDigest(pins: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(pins)).digest("hex");
}

/** Whether the folder holds this very installation, complete. */
export function isInstalled(
  installation: Pick<Installation, "folder" | "pins">,
  stamp: string = stampName,
): boolean {
  const file = join(installation.folder, stamp);
  return existsSync(file) && readFileSync(file, "utf8").trim() === pinsDigest(installation.pins);
}

/** Says that the folder holds this installation now. Written last: without it nothing counts. */
export function stampInstalled(
  installation: Pick<Installation, "folder" | "pins">,
  stamp: string = stampName,
): void {
  const file = join(installation.folder, stamp);
  writeFileSync(`${file}.new`, `${pinsDigest(installation.pins)}\n`);
  renameSync(`${file}.new`, file);
}

/**
 * Installs into a folder beside the final one and renames it when it is complete, so that an
 * interruption at any moment leaves either the old installation or the new one.
 *
 * @param make - fills the folder that it is given
 * @returns whether anything had to be done
 */
export async function installOnce(
  installation: Installation,
  make: (folder: string) => Promise<void>,
): Promise<boolean> {
  if (isInstalled(installation)) return false;
  // A link (a test's home has them) is followed: what it points to is replaced, not the link.
  const folder = existsSync(installation.folder)
    ? realpathSync(installation.folder)
    : installation.folder;
  const fresh = `${folder}.new`;
  const old = `${folder}.old`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(fresh);
  await make(fresh);
  stampInstalled({ ...installation, folder: fresh });
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(fresh, folder);
  rmSync(old, { recursive: true, force: true });
  return true;
}

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Effects } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { archiveFolder } from "./archive-folder";
import type { ArchiveHour } from "./archive-hour";
import { archiveSite } from "./archive-site";

/** A place that holds hour files: GH Archive's site, another address, a folder. */
export interface ArchivePlace {
  /** As shown, and as the hours done are kept by; without what may be secret. */
  readonly address: string;
  /** Whether files come over a network: a damaged one may then be whole at the next attempt. */
  readonly remote: boolean;
  /**
   * Makes sure that there is such a place, where that costs nothing.
   *
   * @throws {@link WorkbenchError} code CONFIG
   */
  check(): Promise<void>;
  /**
   * Opens an hour's file. Its errors, and those of its bytes: BAD_INPUT for content that is damaged,
   * GITHUB with `retryable` for a network or a server that failed, without it for what will not
   * mend, ABORTED when the signal aborts.
   *
   * @returns undefined where there is no such hour
   */
  open(hour: ArchiveHour, effects: Effects): Promise<OpenHour | undefined>;
}

/** An hour's file, as its bytes come. */
export interface OpenHour {
  /** Ends early with an error, never without one. */
  bytes: AsyncIterable<Uint8Array>;
  /** Ends what is still coming; the bytes awaited then fail. */
  close: () => void;
  /** Undefined where it is not told. */
  totalBytes: number | undefined;
  /** Another value means another content; undefined where it is not told. */
  version: string | undefined;
}

/**
 * Reads GHARCHIVE_URL: an http(s) address, a file:// address or a folder.
 *
 * @throws {@link WorkbenchError} code CONFIG
 */
export function archivePlace(address: string): ArchivePlace {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  try {
    if (scheme === undefined) return archiveFolder(resolve(address));
    if (scheme === "file") return archiveFolder(fileURLToPath(address));
    if (scheme !== "http" && scheme !== "https") throw new Error(`${scheme}:// is not known`);
    const url = new URL(address);
    if (url.username !== "" || url.password !== "") throw new Error("it holds a login");
    return archiveSite(url);
  } catch (error) {
    throw new WorkbenchError("CONFIG", `GHARCHIVE_URL is no address: ${describeError(error)}`, {
      hint: "set it to an http:// or https:// address, a file:// address or a folder",
      cause: error,
    });
  }
}

import type { Settings } from "../config/settings";
import { defaultEventTypes } from "../events/event";
import { fetchTopicIdentity } from "../kafka/topic";
import { readHourRange } from "./archive-hour";
import { archivePlace } from "./archive-place";
import { type KeptTypes, openArchiveProgress } from "./archive-progress";
import { archiveSource } from "./archive-source";
import type { EventSource } from "./source";

/** Which hours to read. */
export interface ArchiveSelection {
  /** The first hour: `2026-01-31T22`, `2026-01-31-22`, or `2026-01-31` for the whole day. */
  from?: string;
  /** The last hour. Default: that of `from`. */
  to?: string;
  /** Reads hours again that were done before. */
  again?: boolean;
  /** The types kept: an hour is done for these. */
  types?: KeptTypes;
}

/**
 * Opens GH Archive at GHARCHIVE_URL.
 *
 * @throws {@link WorkbenchError} code USAGE for a range that is none, CONFIG for an address
 */
export function openArchive(
  settings: Pick<Settings, "github" | "home" | "kafka">,
  { from, to, again = false, types = defaultEventTypes }: ArchiveSelection,
): EventSource {
  const place = archivePlace(settings.github.archiveUrl);
  return archiveSource({
    place,
    range: readHourRange(from, to),
    again,
    openProgress: async (effects) => {
      const identity = await fetchTopicIdentity(settings, effects);
      const key = { ...identity, archive: place.address };
      return openArchiveProgress(settings.home, key, types, effects);
    },
  });
}

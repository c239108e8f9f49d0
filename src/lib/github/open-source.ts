import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import type { EventSourceName } from "../events/message";
import { createApiClient } from "./api-client";
import { type ArchiveSelection, openArchive } from "./archive-open";
import { type FeedOptions, feedsOf } from "./feeds";
import { fileSource } from "./file-source";
import type { Pace } from "./pacer";
import { apiPoller, type PollerOptions } from "./poller";
import type { EventSource } from "./source";
import { feedWatcher } from "./watcher";

/** Which source to open, and how. */
export interface SourceOptions extends ArchiveSelection, FeedOptions {
  source: EventSourceName;
  /** For the source `file`: one or more paths. */
  files?: readonly string[];
  /** For the sources that poll: one poll, then the end. */
  once?: boolean;
  /** For the sources that poll. Default: `polite`. */
  pace?: Pace;
  /** The part of each token's limit that may be spent, over 0 and up to 1. Default: 0.8. */
  quotaShare?: number;
}

/**
 * Opens a source of events. Nothing is read or asked before its first batch is wanted.
 *
 * @throws {@link WorkbenchError} code USAGE where the options do not fit the source
 */
export function openSource(
  settings: Pick<Settings, "github" | "simulatorUrl" | "home" | "kafka">,
  options: SourceOptions,
): EventSource {
  const { source, files = [] } = options;
  if (files.length > 0 && source !== "file") {
    throw new WorkbenchError("USAGE", `files were given to the source ${source}`, {
      hint: "add --source file",
    });
  }
  if ((options.from ?? options.to) !== undefined && source !== "archive") {
    throw new WorkbenchError("USAGE", `hours were given to the source ${source}`, {
      hint: "add --source archive",
    });
  }
  switch (source) {
    case "file":
      refusePolling(options);
      return fileSource(files);
    case "archive":
      refusePolling(options);
      return openArchive(settings, options);
    case "simulator":
      return pollingSource(
        {
          name: "simulator",
          address: trimSlash(settings.simulatorUrl),
          unreachableHint: "start the simulator: npx workbench up",
          tokens: [],
        },
        options,
      );
    case "github":
      return pollingSource(
        {
          name: "github",
          address: trimSlash(settings.github.apiUrl),
          unreachableHint:
            "check the network and GITHUB_API_URL; without either, DATASET=demo reads the simulator",
          tokens: settings.github.tokens,
        },
        options,
      );
  }
}

function pollingSource(
  place: Pick<PollerOptions, "name" | "address" | "unreachableHint" | "tokens">,
  options: SourceOptions,
): EventSource {
  const { once = false, pace = "polite", quotaShare } = options;
  if (quotaShare !== undefined && !(quotaShare > 0 && quotaShare <= 1)) {
    throw new WorkbenchError("USAGE", `the quota share is ${quotaShare}`, {
      hint: "--quota-share takes a number over 0 and up to 1, such as 0.8",
    });
  }
  const poller: PollerOptions = {
    ...place,
    connect: () => createApiClient(place.address),
    once,
    pace,
    ...(quotaShare === undefined ? {} : { quotaShare }),
  };
  const feeds = feedsOf(options);
  return feeds.length === 0 ? apiPoller(poller) : feedWatcher({ ...poller, feeds });
}

/**
 * @throws {@link WorkbenchError} code USAGE for options that only polling has
 */
function refusePolling({ source, repos, orgs, users, pace, quotaShare }: SourceOptions): void {
  const given = Object.entries({
    "--repo": repos?.length,
    "--org": orgs?.length,
    "--user": users?.length,
    "--pace": pace,
    "--quota-share": quotaShare,
  }).filter(([, value]) => value !== undefined && value !== 0);
  const [first] = given;
  if (first === undefined) return;
  throw new WorkbenchError("USAGE", `${first[0]} was given to the source ${source}`, {
    hint: "it is for the sources that poll: github and simulator",
  });
}

/** Two spellings of an address are one API, whose events are remembered together. */
function trimSlash(address: string): string {
  return address.replace(/\/+$/, "");
}

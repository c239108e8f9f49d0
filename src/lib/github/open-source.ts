import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import type { EventSourceName } from "../events/message";
import { createApiClient } from "./api-client";
import { fileSource } from "./file-source";
import { apiPoller } from "./poller";
import type { EventSource } from "./source";

/** Which source to open, and how. */
export interface SourceOptions {
  source: EventSourceName;
  /** For the source `file`: one or more paths. */
  files?: readonly string[];
  /** For the sources that poll: one poll, then the end. */
  once?: boolean;
}

/**
 * Opens a source of events. Nothing is read or asked before its first batch is wanted.
 *
 * @throws {@link WorkbenchError} code USAGE where the options do not fit the source
 */
export function openSource(
  settings: Pick<Settings, "github" | "simulatorUrl">,
  options: SourceOptions,
): EventSource {
  const { source, files = [], once = false } = options;
  if (files.length > 0 && source !== "file") {
    throw new WorkbenchError("USAGE", `files were given to the source ${source}`, {
      hint: "add --source file",
    });
  }
  switch (source) {
    case "file":
      return fileSource(files);
    case "archive":
      throw new WorkbenchError("USAGE", "the source archive is not built yet", {
        hint: "fetch hours from https://www.gharchive.org and read them with --source file --file F",
      });
    case "simulator":
      return apiPoller({
        name: "simulator",
        address: settings.simulatorUrl,
        unreachableHint: "start the simulator: npx workbench up",
        connect: () => createApiClient(settings.simulatorUrl),
        once,
      });
    case "github": {
      const { apiUrl, tokens } = settings.github;
      return apiPoller({
        name: "github",
        address: apiUrl,
        unreachableHint:
          "check the network and GITHUB_API_URL; without either, DATASET=demo reads the simulator",
        connect: () => createApiClient(apiUrl),
        tokens,
        once,
      });
    }
  }
}

import type { Settings } from "../../lib/config/settings";
import type { ConsumeOptions, ConsumeSummary } from "../../lib/consume";
import type { Effects, Logger } from "../../lib/effects";
import { type GroupLag, fetchLags } from "../../lib/kafka/lag";
import { ensureTopic } from "../../lib/kafka/topic";
import { landedTopics } from "../../lib/landing/landed-topic";
import { serveMetrics } from "../metrics-server";
import { mergeMetrics } from "./merge-metrics";
import { runInstances } from "./parent";

/** How many instances of `consume` there are, and whom they tell. */
export interface ConsumeInstances {
  /** At least 2. */
  count: number;
  loggerOf: (worker: number) => Logger;
  /** Where their metrics show, together. */
  metricsPort?: number;
}

const textFormat = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Consumes with several processes that share the group, as one run.
 *
 * @throws {@link WorkbenchError} what `consume` throws, of the first instance that failed
 */
export async function consumeInstances(
  settings: Settings,
  options: ConsumeOptions,
  { count, loggerOf, metricsPort }: ConsumeInstances,
  effects: Effects,
): Promise<ConsumeSummary> {
  let texts: () => Promise<readonly string[]> = () => Promise.resolve([]);
  const metrics = { contentType: textFormat, text: async () => mergeMetrics(await texts()) };
  const server = metricsPort === undefined ? undefined : await serveMetrics(metricsPort, metrics);
  if (server !== undefined) effects.logger.info(`metrics on ${server.url}`);
  try {
    // Once, so that they do not all try to make it, or all fail to reach it.
    await ensureTopic(settings, effects);
    const before = await readLags(settings, options, effects);
    const partitions = before[0]?.partitions.length ?? count;
    if (count > partitions) {
      effects.logger.warn(
        `${count} instances for ${partitions} ${partitions === 1 ? "partition" : "partitions"}: ` +
          `${count - partitions} will have nothing to do`,
      );
    }
    const summary = await runInstances(
      {
        count,
        args: commandLine(options),
        loggerOf,
        serve: (ask) => {
          texts = ask;
        },
      },
      effects,
    );
    return { ...summary, lag: (await readLags(settings, options, effects))[0]?.lag ?? summary.lag };
  } finally {
    await server?.close();
  }
}

async function readLags(
  settings: Settings,
  { group = settings.kafka.group }: ConsumeOptions,
  effects: Effects,
): Promise<GroupLag[]> {
  const [events] = landedTopics(settings, `${group}-s3`);
  return fetchLags(settings, effects, [
    { topic: events.settings.kafka.topic, group: events.group },
  ]);
}

function commandLine({ sinks = ["s3"], until = "caught-up", group }: ConsumeOptions): string[] {
  return [
    ...["consume", "--sinks", sinks.join(","), "--until", until],
    ...(group === undefined ? [] : ["--group", group]),
  ];
}

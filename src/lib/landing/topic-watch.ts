import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { type KafkaConfig, withAdmin } from "../kafka/client";
import { wayOn } from "./origin";
import { fetchTopicState, patiently, type TopicState } from "./topic-guard";

/** Looks at a topic that seems to be gone, before it is taken for gone. */
const maxLooks = 4;
const firstWaitMs = 250;

/**
 * Looks at a topic for all its writers. A look is as fresh as the moment it was asked for: one that
 * had begun before does not count, and those asked for meanwhile share the next one.
 */
export class TopicWatch {
  private current: Promise<TopicState> | undefined;
  private next: Promise<TopicState> | undefined;

  /** @param look - asks the cluster */
  constructor(private readonly look: () => Promise<TopicState>) {}

  /** Watches the topic of the settings. */
  static over(settings: KafkaConfig, effects: Effects): TopicWatch {
    let tellsIds = false;
    return new TopicWatch(async () => {
      for (let look = 1; ; look += 1) {
        const state = await fetchUnlessGone(settings, effects);
        if (state?.identity.topicId) tellsIds = true;
        // A cluster that has told the topic's id does so as long as there is such a topic.
        else if (tellsIds || state === undefined) {
          if (look === maxLooks) throw gone(settings.kafka.topic);
          await effects.sleep(firstWaitMs * 2 ** look, effects.signal);
          continue;
        }
        return state;
      }
    });
  }

  /** What the topic is now, or a little later. */
  async now(): Promise<TopicState> {
    if (this.current === undefined) return this.begin();
    this.next ??= this.current.then(
      () => this.begin(),
      () => this.begin(),
    );
    return this.next;
  }

  private begin(): Promise<TopicState> {
    this.next = undefined;
    const mine = this.look().finally(() => {
      if (this.current === mine) this.current = undefined;
    });
    this.current = mine;
    return mine;
  }
}

/** The topic's state; undefined where there is no such topic. */
async function fetchUnlessGone(
  settings: KafkaConfig,
  effects: Effects,
): Promise<TopicState | undefined> {
  try {
    return await fetchTopicState(settings, effects);
  } catch (error) {
    const names = await patiently(effects, () =>
      withAdmin(settings, effects, (admin) => admin.listTopics()),
    );
    if (names.includes(settings.kafka.topic)) throw error;
    return undefined;
  }
}

function gone(topic: string): WorkbenchError {
  return new WorkbenchError("TOPIC_MISMATCH", `the topic ${topic} was deleted while it was read`, {
    hint: wayOn,
  });
}

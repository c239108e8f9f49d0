/** What a run landed of one topic. */
export interface TopicSummary {
  /** Messages landed by this run. */
  messages: number;
  /** Raw objects created by this run. */
  objects: number;
  /** Messages that could not be read and went to the dead-letter topic. */
  dead_letters: number;
  /** Messages in the topic that the group has not committed yet. */
  lag: number;
}

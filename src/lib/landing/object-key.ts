/** The first record of an object, from which its key follows. */
export interface FirstRecord {
  topic: string;
  partition: number;
  offset: bigint;
  /** The record's own Kafka timestamp, in milliseconds. */
  timestampMs: number;
}

/**
 * The key of a raw object. It follows from the object's first record alone, never from the clock:
 * whoever writes the records from this offset on, and whenever, meets the same key.
 *
 * @param prefix - ends with a slash
 */
export function objectKey(prefix: string, first: FirstRecord): string {
  const moment = new Date(first.timestampMs).toISOString();
  const date = moment.slice(0, 10);
  const hour = moment.slice(11, 13);
  const offset = first.offset.toString().padStart(20, "0");
  const name = `${first.topic}+${first.partition}+${offset}.jsonl.gz`;
  return `${prefix}ingest_date=${date}/ingest_hour=${hour}/${name}`;
}

/** The key of the object that ties a partition's raw objects to its topic; outside the hours. */
export function originKey(prefix: string, topic: string, partition: number): string {
  return `${prefix}_origin/${topic}+${partition}.json`;
}

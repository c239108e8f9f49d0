import { engineNames } from "./engines/engine";
import { brokersOf, isBroker, readBrokerCount } from "./engines/kafka-cluster";
import { clipLine, engineState, lastLogLines, recordedEngines } from "./processes";

/** How an engine stands, as `status` shows it. */
export interface EngineStatus {
  name: string;
  state: "running" | "stopped" | "crashed";
  pid: number | null;
  address: string | null;
  /** When it was started, ISO 8601. */
  since: string | null;
  /** Of a crashed one, the last lines of its log. */
  log: string[];
}

/** Lines of a crashed engine's log that are worth showing. */
const crashLines = 5;

/** Every engine, of Kafka's brokers those the home has, and any that was recorded beside. */
export function readStatus(home: string): EngineStatus[] {
  const recorded = recordedEngines(home);
  const brokers = new Set<string>([...brokersOf(readBrokerCount(home)), ...recorded]);
  const known = engineNames.filter((name) => !isBroker(name) || brokers.has(name));
  return [...new Set<string>([...known, ...recorded])].map((name) => {
    const { state, record } = engineState(home, name);
    return {
      name,
      state,
      pid: record?.pid ?? null,
      address: record?.port == null ? null : `127.0.0.1:${record.port}`,
      since: record?.startedAt ?? null,
      log: state === "crashed" ? lastLogLines(home, name, crashLines).map(clipLine) : [],
    };
  });
}

/** Messages for the landing tests: events of real sizes, and what nobody can read among them. */
import { Kafka, logLevel, type Message, type Producer } from "kafkajs";
import type { Settings } from "../../src/lib/config/settings";
import { Random } from "../../src/local/simulator/random";

export interface LoadOptions {
  seed: number;
  partitions: number;
  messagesPerSecond: number;
  /** Random text in the payload, at most; default 1200 bytes. */
  maxTextBytes?: number;
  /** Share of messages that cannot be read. */
  unreadable?: number;
}

const tickMs = 100;
/** A broker takes a megabyte at most. */
const maxRequestBytes = 500_000;
/** Texts are cut from it: too long for gzip to find it again. */
const poolBytes = 1_000_000;
/** A key that is no text, and a value that is JSON but for its bytes. */
const brokenBytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]);
const awkwardTexts = [
  "plain",
  "naïve café, 漢字, 🙂 and \u2028",
  'quotes " and \\ and \u0000 and \u001b[31m',
  '"_offset" and \n a line',
];

/** Keeps a topic busy until it is stopped. */
export class Load {
  sent = 0;
  sentBytes = 0;
  private readonly random: Random;
  private readonly pool: string;
  private readonly producer: Producer;
  private running: Promise<void> | undefined;
  private stopping = false;

  private constructor(
    private readonly topic: string,
    private readonly options: LoadOptions,
    kafka: Kafka,
  ) {
    this.random = new Random(options.seed);
    this.pool = this.random.hex(poolBytes);
    this.producer = kafka.producer();
  }

  /** Connects; the topic has to be there. */
  static async connect(settings: Settings, options: LoadOptions): Promise<Load> {
    const load = new Load(settings.kafka.topic, options, plainKafka(settings));
    await load.producer.connect();
    return load;
  }

  /** Begins to send, at the rate asked for. */
  start(): void {
    this.running = this.run();
    // Told by `stop`.
    this.running.catch(() => undefined);
  }

  /** Sends so many at once. */
  async send(count: number): Promise<void> {
    const { partitions } = this.options;
    const messages = Array.from({ length: count }, () => this.message());
    // One partition a send: one over several can lose what it has acknowledged.
    for (let partition = 0; partition < partitions; partition += 1) {
      const own = messages.filter((message) => message.partition === partition);
      while (own.length > 0)
        await this.producer.send({ topic: this.topic, messages: takeSome(own) });
    }
    this.sent += count;
    this.sentBytes += messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    await this.producer.disconnect();
  }

  private async run(): Promise<void> {
    const startedMs = Date.now();
    while (!this.stopping) {
      const due = ((Date.now() - startedMs) * this.options.messagesPerSecond) / 1000;
      const batch = Math.min(5000, Math.ceil(due - this.sent));
      if (batch > 0) await this.send(batch);
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
  }

  private message(): Message & { partition: number } {
    const { random } = this;
    const { partitions, unreadable = 0.02 } = this.options;
    // One partition is busier than the others, and one nearly idle.
    const [busiest, idlest] = [0, partitions - 1];
    const partition = random.chance(0.3)
      ? busiest
      : random.below(random.chance(0.9) ? idlest : partitions);
    const readable = !random.chance(unreadable);
    return {
      partition,
      key: random.chance(0.05) ? brokenBytes : `octo/repo-${random.below(500)}`,
      value: readable ? this.event() : this.rubbish(),
      // Now and then a record that claims to be of an earlier hour: names follow the records.
      timestamp: String(Date.now() - (random.chance(0.03) ? random.below(3) * 3_600_000 : 0)),
    };
  }

  private event(): string {
    const { random } = this;
    const { maxTextBytes = 1200 } = this.options;
    const id = String(50_000_000_000 + random.below(2 ** 31));
    const from = random.below(poolBytes - maxTextBytes);
    const text = this.pool.slice(from, from + random.below(maxTextBytes));
    const note = JSON.stringify(random.pick(awkwardTexts));
    const event =
      `{"id":"${id}","event_type":"${random.pick(["PushEvent", "IssuesEvent", "ForkEvent"])}",` +
      `"repo":"octo/repo-${random.below(500)}","user":"octo","timestamp":"2026-01-31T23:59:59Z",` +
      `"repo_id":${random.below(1e6)},"user_id":1,"org":null,"source":"file",` +
      `"ingested_at":"2026-01-31T23:59:59.999Z",` +
      // Longer than a double holds: it must come through digit for digit.
      `"payload":{"push_id":12345678901234567890,"note":${note},"text":"${text}"}}`;
    return random.chance(0.01) ? ` ${event}\n` : event;
  }

  private rubbish(): Buffer | null {
    const event = this.event();
    return this.random.pick([
      null,
      Buffer.alloc(0),
      Buffer.from("nonsense"),
      Buffer.from('{"id":"1"}'),
      Buffer.from(event.slice(0, event.length >> 1)),
      brokenBytes,
      Buffer.from("[1,2,3]"),
    ]);
  }
}

/** Takes out as many as go into one request. */
function takeSome(messages: Message[]): Message[] {
  let bytes = 0;
  const end = messages.findIndex(({ value }) => (bytes += value?.length ?? 0) > maxRequestBytes);
  return messages.splice(0, end === -1 ? messages.length : Math.max(1, end));
}

/** kafkajs as anybody would use it, with nothing of the workbench. */
export function plainKafka(settings: Settings): Kafka {
  process.env["KAFKAJS_NO_PARTITIONER_WARNING"] = "1";
  return new Kafka({ brokers: [...settings.kafka.brokers], logLevel: logLevel.NOTHING });
}

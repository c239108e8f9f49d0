import { parseArgs } from "node:util";
import { parseFaults } from "./faults";
import { type ApiOptions, firehoseDefaults, timelineDefaults } from "./options";

/** What the command line asks for; `help` alone where it asks for help. */
export type CommandLine = { help: string } | { port: number; api: ApiOptions };

const defaultPort = 8790;

/** Text of `--help`. */
export const usage = `Usage: node dist/local/simulator/main.js [options]

A stand-in for GitHub's events API on 127.0.0.1. All of its events are invented; its names begin with "demo-".

  --port N            where it listens, 0 for any free port (default ${defaultPort})
  --mode MODE         timeline: days of history in half a minute of polling (default)
                      firehose: GitHub's own pace and limits, to try a crawler on
  --seed N            the same seed gives the same events (default 1)
  --rate N            events a second (timeline ${timelineDefaults.rate}, firehose ${firehoseDefaults.rate})
  --limit N           requests an hour without a token (timeline 100000, firehose 60)
  --token-limit N     requests an hour of each token (timeline 100000, firehose 5000)
  --limit-window N    seconds that an hour of the limits takes (default 3600)
  --secondary-limit N requests a minute of each client, 0 for no such limit (timeline 0, firehose 900)
  --poll-interval N   X-Poll-Interval in seconds (timeline 1, firehose 60)
  --bad-token TOKEN   a token that is refused; may be given more than once
  --latency N         milliseconds that every answer takes (default 0)
  --faults SCRIPT     every so many answers a fault, in turn: 5:500,502,html,cut,truncated,reset,
                      secondary=2,429=2,slow=3000,hang or 5:all, or JSON {"every":5,"faults":["cut"]}
  --visibility N      firehose: milliseconds until an event shows, at least (default ${firehoseDefaults.visibilityMs})
  --late-share N      firehose: share of events that show 30 s to 6 h late (default ${firehoseDefaults.lateShare})
  --speed N           timeline: simulated seconds in a second (default ${timelineDefaults.speed})
  --days N            timeline: days of history (default ${timelineDefaults.days})
  --help              this text

GET /_simulator/truth tells what was really generated, requested and violated.
`;

/**
 * Reads the arguments of the simulator's process.
 *
 * @throws RangeError that names the option and the value that cannot be
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values = parse(args);
  if (values.help === true) return { help: usage };
  const base = readMode(values.mode);
  const number = (name: NumberOption, otherwise: number, most = Infinity): number =>
    readNumber(name, values[name], otherwise, most);
  const perMinute = number("secondary-limit", base.secondary?.requestsPerMinute ?? 0);
  const secondary = base.secondary ?? firehoseDefaults.secondary;
  const rate = number("rate", base.rate, maxRate);
  if (rate === 0) throw new RangeError("--rate is 0: there would be no events");
  const limitWindowMs = number("limit-window", base.limitWindowMs / 1000) * 1000;
  if (limitWindowMs < 1000) throw new RangeError("--limit-window is less than a second");
  return {
    port: number("port", defaultPort, 65_535),
    api: {
      ...base,
      rate,
      seed: number("seed", base.seed),
      speed: number("speed", base.speed),
      days: number("days", base.days),
      visibilityMs: number("visibility", base.visibilityMs),
      lateShare: number("late-share", base.lateShare, 1),
      requestLimit: number("limit", base.requestLimit),
      tokenLimit: number("token-limit", base.tokenLimit),
      limitWindowMs,
      pollIntervalSeconds: number("poll-interval", base.pollIntervalSeconds),
      latencyMs: number("latency", base.latencyMs),
      badTokens: Object.fromEntries((values["bad-token"] ?? []).map((token) => [token, 0])),
      faults: readFaults(values.faults),
      secondary:
        perMinute === 0 || secondary === undefined
          ? undefined
          : { ...secondary, requestsPerMinute: perMinute },
    },
  };
}

/** More would be invented faster than a machine can write it. */
const maxRate = 100_000;

const text = { type: "string" } as const;
const numberOptions = {
  port: text,
  seed: text,
  rate: text,
  limit: text,
  "token-limit": text,
  "limit-window": text,
  "secondary-limit": text,
  "poll-interval": text,
  latency: text,
  visibility: text,
  "late-share": text,
  speed: text,
  days: text,
};
type NumberOption = keyof typeof numberOptions;

type Values = Partial<Record<NumberOption | "mode" | "faults", string>> & {
  "bad-token"?: string[];
  help?: boolean;
};

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...numberOptions,
        mode: text,
        faults: text,
        "bad-token": { type: "string", multiple: true },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`${reason}; --help lists the options`, { cause: error });
  }
}

function readMode(mode: string | undefined): ApiOptions {
  if (mode === undefined || mode === "timeline") return timelineDefaults;
  if (mode === "firehose") return firehoseDefaults;
  throw new RangeError(`--mode is ${JSON.stringify(mode)}, neither timeline nor firehose`);
}

function readFaults(script: string | undefined): ApiOptions["faults"] {
  if (script === undefined) return undefined;
  try {
    return parseFaults(script);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`--faults ${reason}`, { cause: error });
  }
}

function readNumber(
  name: string,
  value: string | undefined,
  otherwise: number,
  most: number,
): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number < 0 || number > most) {
    const range = most === Infinity ? "a number from 0" : `a number from 0 to ${most}`;
    throw new RangeError(`--${name} is ${JSON.stringify(value)}, not ${range}`);
  }
  return number;
}

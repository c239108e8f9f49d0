/** Arguments of a job run: names with their hyphens, values. */
export type JobArguments = Readonly<Record<string, string>>;

/** A job's arguments put together, and taken apart into what they mean here. */
export interface ReadArguments {
  /** What the script finds in `sys.argv`, after its own name. */
  script: string[];
  /** Spark's settings, from `--conf`. */
  conf: Record<string, string>;
  /** S3 addresses of Python files, from `--extra-py-files`. */
  pyFiles: string[];
}

/** Glue's own parameters that are no use to a script and mean nothing on one machine. */
const dropped = new Set(["--conf", "--extra-py-files"]);

/** Glue's own parameters that would change what a job does, and are not there: what to do instead. */
const unsupported: ReadonlyMap<string, string> = new Map([
  ["--additional-python-modules", "pure Python modules can go along by --extra-py-files"],
  ["--python-modules-installer-option", "nothing is installed for a run"],
  ["--extra-jars", "the jars of Iceberg and S3 are there"],
  ["--extra-files", "read them from S3"],
  ["--class", "jobs are Python"],
  ["--user-jars-first", "there are no jars of a job's own"],
]);

/** A job's arguments: its defaults, the run's over them, those that no run may change on top. */
export function mergeArguments(
  defaults: JobArguments = {},
  run: JobArguments = {},
  nonOverridable: JobArguments = {},
): Record<string, string> {
  return { ...defaults, ...run, ...nonOverridable };
}

/**
 * Why a job with these arguments cannot run here; undefined where it can.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
 */
export function refuseArguments(all: JobArguments): string | undefined {
  for (const name of Object.keys(all)) {
    const instead = unsupported.get(name);
    if (instead !== undefined) return `the local Glue does not support ${name}: ${instead}`;
  }
  const bookmark = all["--job-bookmark-option"] ?? "job-bookmark-disable";
  if (bookmark !== "job-bookmark-disable") {
    return `the local Glue has no job bookmarks: --job-bookmark-option is ${bookmark}`;
  }
  const language = all["--job-language"];
  if (language !== undefined && language !== "python") {
    return `the local Glue does not support --job-language ${language}`;
  }
  for (const format of splitList(all["--datalake-formats"])) {
    if (format !== "iceberg") return `the local Glue does not support --datalake-formats ${format}`;
  }
  const wrong = splitConf(all["--conf"]).find((pair) => !/^[^=\s]+=/.test(pair));
  return wrong === undefined ? undefined : `--conf ${JSON.stringify(wrong)} is not name=value`;
}

/** Takes a run's arguments apart; names and ids of the run come first, as Glue passes them. */
export function readArguments(
  all: JobArguments,
  ids: { jobName: string; runId: string },
): ReadArguments {
  const conf: Record<string, string> = {};
  for (const pair of splitConf(all["--conf"])) {
    const at = pair.indexOf("=");
    conf[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const own = { "--JOB_NAME": ids.jobName, "--JOB_RUN_ID": ids.runId };
  const script = Object.entries({ ...all, ...own })
    .filter(([name]) => !dropped.has(name))
    .flatMap(([name, value]) => [name, value]);
  return { script, conf, pyFiles: splitList(all["--extra-py-files"]) };
}

/** Glue takes several settings in one argument: `a=1 --conf b=2`. */
function splitConf(text: string | undefined): string[] {
  return (text ?? "")
    .split(/(?:^|\s+)--conf\s+/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
}

function splitList(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WorkbenchError } from "../../lib/errors";
import { archiveFlags, sparkArchive } from "./class-archive";
import { localConf, type SparkConf, type SparkEndpoints } from "./conf";
import type { SparkInstall } from "./install";

/** One job run for Spark. */
export interface SparkJob {
  /** The run's folder: settings, scratch files and logs. */
  dir: string;
  script: string;
  pyFiles: readonly string[];
  args: readonly string[];
  /** The job's own settings, from `--conf`. */
  conf: Readonly<SparkConf>;
  /** In place of the JVM's flags for the class-data archive there is. */
  archiveFlags?: readonly string[];
}

/** A command line with its environment. */
export interface SparkCommand {
  command: [string, ...string[]];
  env: Record<string, string | undefined>;
}

/** Of the driver, in which everything runs; a Glue G.1X worker has 10 GB for it. */
const driverMemory = "2g";

/**
 * A run lives for half a minute, in which the optimising compiler costs more than its code gives back:
 * the quick one alone takes a third less CPU. One collector thread is enough for two cores. The code
 * that Spark generates for wide rows makes methods of more than 8,000 bytes, which Java would
 * interpret for ever.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html
 */
const compilerOptions = [
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-XX:-DontCompileHugeMethods",
];

/**
 * What Spark needs opened on JDK 17, from `JavaModuleOptions` of Spark 3.5.
 *
 * @see https://github.com/apache/spark/blob/v3.5.6/launcher/src/main/java/org/apache/spark/launcher/JavaModuleOptions.java
 */
const moduleOptions = [
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "jdk.internal.ref",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

/**
 * The command line of spark-submit for a Python script: its Java class itself, which saves the
 * second JVM that the shell script starts only to put this line together.
 */
export function sparkCommand(
  install: SparkInstall,
  job: SparkJob,
  endpoints: SparkEndpoints,
  gatewayUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): SparkCommand {
  const scratch = join(job.dir, "tmp");
  mkdirSync(scratch, { recursive: true });
  const confFile = join(job.dir, "spark.conf");
  writeFileSync(confFile, confText(localConf(job.conf, endpoints, scratch)), { mode: 0o600 });
  const logFile = join(job.dir, "log4j2.properties");
  writeFileSync(logFile, log4j);
  const { sparkHome, python, jdk } = install;
  const classPath = [join(sparkHome, "jars", "*"), ...install.extraJars].join(":");
  return {
    command: [
      jdk.java,
      `-Xmx${driverMemory}`,
      ...compilerOptions,
      "-XX:-UsePerfData",
      ...(job.archiveFlags ?? archiveFlags(sparkArchive(install))),
      "-Xlog:cds=off",
      "-Xlog:cds+dynamic=off",
      "-Duser.timezone=UTC",
      "-Dfile.encoding=UTF-8",
      "-Djava.net.preferIPv4Stack=true",
      "-Djdk.reflect.useDirectMethodHandle=false",
      `-Djava.io.tmpdir=${scratch}`,
      `-Dlog4j2.configurationFile=${logFile}`,
      ...moduleOptions,
      "-cp",
      classPath,
      "org.apache.spark.deploy.SparkSubmit",
      "--properties-file",
      confFile,
      ...(job.pyFiles.length === 0 ? [] : ["--py-files", job.pyFiles.join(",")]),
      job.script,
      ...job.args,
    ],
    env: {
      PATH: env["PATH"],
      HOME: env["HOME"],
      USER: env["USER"],
      LANG: "C.UTF-8",
      TZ: "UTC",
      TMPDIR: scratch,
      JAVA_HOME: jdk.home,
      SPARK_HOME: sparkHome,
      SPARK_LOCAL_DIRS: scratch,
      SPARK_LOCAL_IP: "127.0.0.1",
      SPARK_LOCAL_HOSTNAME: "127.0.0.1",
      PYSPARK_PYTHON: python,
      PYSPARK_DRIVER_PYTHON: python,
      PYTHONUNBUFFERED: "1",
      // For boto3 in the script, and so that no key of this machine's reaches it.
      AWS_ENDPOINT_URL: gatewayUrl,
      AWS_ACCESS_KEY_ID: endpoints.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: endpoints.credentials.secretAccessKey,
      AWS_REGION: endpoints.region,
      AWS_DEFAULT_REGION: endpoints.region,
      AWS_EC2_METADATA_DISABLED: "true",
    },
  };
}

/** A properties file: backslash, and a key's end, are the only characters with a meaning. */
function confText(conf: Readonly<SparkConf>): string {
  return Object.entries(conf)
    .map(([name, value]) => {
      if (/[\s=:]/.test(name) || /[\r\n]/.test(value)) {
        throw new WorkbenchError("USAGE", `--conf has a name or value Spark cannot take: ${name}`);
      }
      return `${name} ${value.replaceAll("\\", "\\\\")}\n`;
    })
    .join("");
}

const log4j = `rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
logger.metrics.name = org.apache.hadoop.metrics2
logger.metrics.level = error
`;

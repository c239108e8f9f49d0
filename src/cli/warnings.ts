/**
 * Warnings of Node's and of packages about their own affairs, which a user of the command can do
 * nothing about: kafkajs asks for timers in the past, the AWS SDK announces the end of Node 20.
 */
const ownAffairs: readonly RegExp[] = [/^TimeoutNegativeWarning:/, /NodeVersionSupportWarning/];

/** Whether a warning is nobody's business but a package's. */
export function isOwnAffair(warning: Error): boolean {
  const text = `${warning.name}: ${warning.message}`;
  return ownAffairs.some((pattern) => pattern.test(text));
}

/**
 * Writes the process's warnings as Node does, one line each, less those.
 *
 * @param write - takes a line. Default: to standard error
 */
export function filterWarnings(
  write: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (!isOwnAffair(warning)) {
      write(`${warning.name}: ${warning.message.replaceAll(/\s+/g, " ")}`);
    }
  });
}

/**
 * Puts the figures of several processes together: each metric is described once, with the lines of
 * all of them below. The lines must differ in a label.
 *
 * @param texts - in Prometheus's text format
 */
export function mergeMetrics(texts: readonly string[]): string {
  const described = new Map<string, string[]>();
  const samples = new Map<string, string[]>();
  for (const text of texts) {
    let family = "";
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
      if (name === undefined) samples.get(family)?.push(line);
      else {
        family = name;
        if (!samples.has(name)) samples.set(name, []);
        const words = described.get(name) ?? [];
        if (!words.includes(line)) described.set(name, [...words, line]);
      }
    }
  }
  const families = [...described].map(([name, words]) =>
    [...words, ...(samples.get(name) ?? [])].join("\n"),
  );
  return families.map((family) => `${family}\n`).join("\n");
}

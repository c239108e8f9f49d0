import { describe, expect, it } from "vitest";
import {
  checkPrograms,
  fixOf,
  formatNeed,
  isAtLeast,
  parseVersion,
  type ProgramNeed,
  programNeeds,
} from "../../src/local/programs";

describe("parseVersion", () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', "17.0.15"],
    ['java version "1.8.0_402"', "8.0"],
    ["\u001b[1mApache Maven 3.8.7\u001b[m\nMaven home: /usr/share/maven", "3.8.7"],
    ["Apache Maven 3.9.9 (8e8579a9e76f7d015ee5ec7bfcdc97d260186937)", "3.9.9"],
    ["3.11.7", "3.11.7"],
    ["v20.20.2", "20.20.2"],
    ["openjdk 25 2025-09-16", "25"],
    ["command not found", undefined],
  ])("of %j is %j", (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});

describe("isAtLeast", () => {
  it.each([
    ["3.10", "3.10", true],
    ["3.9.18", "3.10", false],
    ["3.10.1", "3.10", true],
    ["20.9.0", "20.19", false],
    ["22", "20.19", true],
    ["17", "17", true],
    ["8.0", "17", false],
  ])("%s for %s: %s", (version, least, enough) => {
    expect(isAtLeast(version, least)).toBe(enough);
  });
});

describe("the JDK", () => {
  it.each([
    ["8.0", false],
    ["17", true],
    ["21", true],
    ["25", false],
  ])("%s: %s, since Spark must run on it", (version, ok) => {
    expect(programNeeds.find(({ title }) => title === "JDK")?.accepts(version)).toBe(ok);
  });
});

describe("what is missing", () => {
  const need = (found: string | undefined): ProgramNeed => ({
    title: "Maven",
    wanted: "Maven ≥ 3.6",
    accepts: (version) => isAtLeast(version, "3.6"),
    packages: [["maven"]],
    otherwise: "https://maven.apache.org/install.html",
    find: () => Promise.resolve(found),
  });

  it("is named with the version wanted and the one found, and what installs it", async () => {
    const checks = await checkPrograms([need(undefined), need("3.3.9"), need("3.8.7")]);
    expect(checks.map(({ ok }) => ok)).toEqual([false, false, true]);
    expect(checks.map(formatNeed).slice(0, 2)).toEqual([
      "needs Maven ≥ 3.6, found none",
      "needs Maven ≥ 3.6, found 3.3.9",
    ]);
    expect(fixOf(need(undefined), true)).toBe("sudo apt-get install maven");
    expect(fixOf(need(undefined), false)).toBe("https://maven.apache.org/install.html");
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sameTrinoFiles, trinoFiles, writeTrinoFiles } from "../../../src/local/trino/config";
import { trinoCommand } from "../../../src/local/trino/command";

const config = {
  port: 18080,
  plugins: "/plugins",
  s3Url: "http://127.0.0.1:4567",
  glueUrl: "http://127.0.0.1:4566",
  region: "us-east-1",
  credentials: { accessKeyId: "k", secretAccessKey: "s" },
};

describe("Trino's configuration", () => {
  it("binds to loopback", () => {
    const text = trinoFiles(config)["config.properties"];
    expect(text).toContain("node.bind-ip=127.0.0.1\n");
    expect(text).toContain("node.internal-address=127.0.0.1\n");
  });

  it("is known again, and not taken for another one", () => {
    const etc = mkdtempSync(join(tmpdir(), "trino-"));
    try {
      const files = trinoFiles(config);
      expect(sameTrinoFiles(etc, files)).toBe(false);
      writeTrinoFiles(etc, files);
      expect(sameTrinoFiles(etc, files)).toBe(true);
      expect(sameTrinoFiles(etc, trinoFiles({ ...config, s3Url: "http://127.0.0.1:1" }))).toBe(
        false,
      );
    } finally {
      rmSync(etc, { recursive: true });
    }
  });

  it("names what is missing and the command that mends it", () => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    try {
      expect(() => trinoCommand(home, {})).toThrow(
        expect.objectContaining({ code: "MISSING_PROGRAM", hint: "./scripts/up installs it" }),
      );
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

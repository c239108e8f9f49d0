import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ensurePassword, passwordFile } from "../../../src/local/engines/jupyterhub";

it("generates the password once, for its owner's eyes only", () => {
  const home = mkdtempSync(join(tmpdir(), "hub-"));
  const password = ensurePassword(home);
  expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  expect(ensurePassword(home)).toBe(password);
  expect(statSync(passwordFile(home)).mode & 0o777).toBe(0o600);
  rmSync(home, { recursive: true });

  const other = mkdtempSync(join(tmpdir(), "hub-"));
  expect(ensurePassword(other)).not.toBe(password);
  rmSync(other, { recursive: true });
});

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WorkbenchError } from "../../../src/lib/errors";
import { listNotebooks, parseNotebook, readNotebook } from "../../../src/lib/report/notebooks";

const empty = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

function makeCheckout(): string {
  const checkout = mkdtempSync(join(tmpdir(), "report-"));
  mkdirSync(join(checkout, "notebooks"));
  writeFileSync(join(checkout, "notebooks", "02-b.ipynb"), empty);
  writeFileSync(join(checkout, "notebooks", "01-a.ipynb"), empty);
  writeFileSync(join(checkout, "notebooks", "notes.md"), "");
  return checkout;
}

describe("notebooks by name", () => {
  it.each(["01-a", "01-a.ipynb", "notebooks/01-a.ipynb", "notebooks/01-a"])("%s", async (name) => {
    const checkout = makeCheckout();
    const file = await readNotebook(name, tmpdir(), checkout);
    expect(file).toMatchObject({ name: "01-a", folder: join(checkout, "notebooks") });
  });

  it("an unknown one fails with the names there are", async () => {
    const checkout = makeCheckout();
    expect(await listNotebooks(checkout)).toEqual(["01-a", "02-b"]);
    await expect(readNotebook("03-c", tmpdir(), checkout)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "there is no notebook 03-c",
      hint: "one of 01-a, 02-b, or the path of an .ipynb file",
    });
  });

  it("a folder of that name is no notebook", async () => {
    const checkout = makeCheckout();
    mkdirSync(join(checkout, "x.ipynb"));
    await expect(readNotebook("x", checkout, checkout)).rejects.toThrow(WorkbenchError);
  });
});

describe("a notebook's text", () => {
  it.each([
    ["{", /n is not JSON/],
    ["null", /n is not a notebook of format 4/],
    ['{"cells": [], "nbformat": 3}', /n is not a notebook of format 4/],
  ])("%s is refused", (text, message) => {
    expect(() => parseNotebook(text, "n")).toThrow(message);
  });
});

describe("the notebooks of this checkout", async () => {
  const names = await listNotebooks();
  it("are there", () =>
    expect(names).toEqual(expect.arrayContaining(["01-pipeline", "02-activity"])));

  it.each(names)("%s is committed without outputs, for the kernel tslab", async (name) => {
    const { notebook } = await readNotebook(name, process.cwd());
    expect(notebook.metadata["kernelspec"]).toMatchObject({ name: "tslab" });
    expect(notebook.nbformat_minor).toBeGreaterThanOrEqual(5);
    const ids = notebook.cells.map((cell) => cell["id"]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const cell of notebook.cells.filter((each) => each.cell_type === "code")) {
      expect(cell).toMatchObject({ outputs: [], execution_count: null });
    }
  });
});

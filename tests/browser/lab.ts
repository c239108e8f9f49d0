import type { Page } from "playwright-core";

/** What the outputs of a notebook in JupyterLab show. */
export interface NotebookState {
  /** Cells that wait or run. */
  busy: number;
  /** Text of outputs on standard error. */
  errors: string[];
  charts: number;
}

/** Logs in to JupyterHub and waits until JupyterLab shows the notebook it opens by itself. */
export async function logIn(
  page: Page,
  address: string,
  user: string,
  password: string,
): Promise<void> {
  await page.goto(address);
  await page.fill("#username_input", user);
  await page.fill("#password_input", password);
  await page.click("#login_submit");
  await page.waitForURL(/\/lab\/tree\/notebooks\//, { timeout: 180_000 });
}

/** Opens a notebook by its path in the checkout and waits for its kernel. */
export async function openNotebook(page: Page, address: string, path: string): Promise<void> {
  // Without the reset, what an earlier page had open stands before it.
  if (!page.url().includes(`/lab/tree/${path}`)) {
    await page.goto(`${address}/lab/tree/${path}?reset`);
  }
  await page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: 120_000 });
  // The toolbar says "idle" before there is a kernel; who runs a cell then is asked for one.
  await page
    .locator("#jp-bottom-panel", { hasText: "TypeScript | Idle" })
    .waitFor({ timeout: 120_000 });
}

/** Runs all cells and waits until none waits or runs any more. */
export async function runAllCells(page: Page, timeoutMs: number): Promise<NotebookState> {
  await page.click('.lm-MenuBar-item:has-text("Run")');
  await page.click('[data-command="runmenu:run-all"], [data-command="notebook:run-all-cells"]');
  // A quick cell may be done before one looks: a number will do as well as the star.
  const begun = page.locator(".jp-Notebook .jp-InputPrompt", { hasText: /\[(\*|\d+)\]/ });
  await begun.first().waitFor({ timeout: 60_000 });
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const state = await readState(page);
    if (state.busy === 0) return state;
    if (performance.now() > deadline) {
      throw new Error(`${state.busy} cells still run; errors: ${state.errors.join("\n")}`);
    }
    await page.waitForTimeout(500);
  }
}

/** Reads what the open notebook shows. */
export async function readState(page: Page): Promise<NotebookState> {
  const outputs = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]';
  return {
    busy: await page.locator(".jp-Notebook .jp-InputPrompt", { hasText: "*" }).count(),
    errors: await page.locator(outputs).allTextContents(),
    charts: await page.locator(".jp-RenderedVegaCommon5 :is(svg.marks, canvas.marks)").count(),
  };
}

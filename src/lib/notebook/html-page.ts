import { escapeHtml } from "./html";

/** What a page is made of; all but the title is HTML, or CSS, already. */
export interface PageParts {
  title: string;
  /** The content security policy: what the page may run and load. */
  policy: string;
  style: string;
  /** The whole `<body>` element. */
  body: string;
}

/** A page of HTML that stands alone: light and dark, as wide as the window, telling nobody where it was. */
export function htmlPage({ title, policy, style, body }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>
${style}
</style>
</head>
${body}
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text for HTML, in an element or in a quoted attribute; it stays text whatever it holds. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (char) => entities[char] ?? char);
}

/**
 * Marks that turn the direction of writing or hide characters are shown as their code
 * (`<U+202E>`), line breaks and other control characters as their signs (`␊`): a name cannot
 * dress up as another.
 */
export function showControls(text: string): string {
  return text
    .replaceAll(/\u200d(?!\p{Extended_Pictographic})/gu, "<U+200D>")
    .replaceAll(/[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]/g, (char) => {
      return `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
    })
    .replaceAll(/\p{Cc}/gu, (char) => {
      const code = char.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? "␡" : "�";
    });
}

/** A JSON text that is safe inside a `<script>` element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

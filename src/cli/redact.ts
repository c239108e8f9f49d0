import type { Settings } from "../lib/config/settings";

/** Shorter than this, a word of everyday could be taken for a secret. */
const minLength = 6;
/** Fields that are never written, whatever they hold. */
const secretNames = /token|password|secret|authorization|credential/i;
const hidden = "***";

/** Keeps secrets out of what is written. */
export class Redactor {
  private readonly secrets = new Set<string>();

  /** Notes the secrets of the settings in force. */
  learn({ github, kafka, aws }: Pick<Settings, "github" | "kafka" | "aws">): void {
    for (const token of github.tokens) this.note(token);
    this.note(kafka.sasl?.password);
    // The keys of the endpoint on this machine are the same everywhere, and a word besides.
    if (!aws.local) this.note(aws.credentials?.secretAccessKey);
    this.note(process.env["AWS_SECRET_ACCESS_KEY"]);
    this.note(process.env["AWS_SESSION_TOKEN"]);
  }

  /** The text with each secret replaced by `***`. */
  text(text: string): string {
    let clean = text;
    for (const secret of this.secrets) clean = clean.replaceAll(secret, hidden);
    return clean;
  }

  /** Whether a field's name says that its value is a secret. */
  isSecretName(name: string): boolean {
    return secretNames.test(name);
  }

  private note(secret: string | undefined): void {
    if (secret === undefined || secret.length < minLength || secret === "workbench") return;
    this.secrets.add(secret);
    // As it stands inside a JSON string.
    this.secrets.add(JSON.stringify(secret).slice(1, -1));
  }
}

/** What a field whose name says so is written as. */
export const hiddenValue = hidden;

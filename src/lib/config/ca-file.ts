import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "../errors";
import { installationDir } from "./sources";

/** The path of the file that KAFKA_SSL_CA names; a relative one begins at the checkout. */
export function caFilePath(file: string): string {
  return resolve(installationDir, file);
}

/** What is wrong with a file of certificates to trust; undefined where each of them can be read. */
export function caFileProblem(file: string): string | undefined {
  const path = caFilePath(file);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return `${path} cannot be read: ${describeError(error)}`;
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  if (certificates === null) return `${path} holds no certificate in PEM form`;
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    return `a certificate in ${path} cannot be read: ${describeError(error)}`;
  }
  return undefined;
}

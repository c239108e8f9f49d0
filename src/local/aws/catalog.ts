import { ApiError } from "./api-error";

interface ErrorBody {
  __type?: string;
  message?: string;
  Message?: string;
}

/** Calls of a Glue catalog: the endpoint's own, or what ministack has. */
export interface Catalog {
  /** @throws ApiError as the catalog answers it */
  call(operation: string, input: object): Promise<Record<string, unknown>>;
}

/** The catalog at an address. */
export function openCatalog(url: string): Catalog {
  return {
    async call(operation, input) {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `AWSGlue.${operation}`,
        },
        body: JSON.stringify(input),
      });
      const body = (await response.json()) as Record<string, unknown>;
      if (response.ok) return body;
      const { __type: type = "InternalServiceException", message, Message } = body as ErrorBody;
      const words = message ?? Message ?? `the catalog answered ${response.status}`;
      throw new ApiError(type.split("#").at(-1) ?? type, words, {}, response.status);
    },
  };
}

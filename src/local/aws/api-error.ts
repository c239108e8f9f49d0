/**
 * An error as an AWS service answers it. `type` is the exception's name in the service's API
 * reference, by which every SDK makes its error class.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly type: string,
    message: string,
    /** More members of the exception, as the service has them. */
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly status = 400,
  ) {
    super(message);
  }
}

/**
 * Athena's answer to a wrong request.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */
export function invalidRequest(message: string, code = "INVALID_INPUT"): ApiError {
  return new ApiError("InvalidRequestException", message, { AthenaErrorCode: code });
}

/** AWS's list price of Athena SQL in most regions, US dollars a terabyte (2^40 bytes) scanned. */
export const usdPerTerabyte = 5;
/** What a query is billed for at the least. */
const minimumBytes = 10 * 2 ** 20;
const megabyte = 2 ** 20;

/**
 * What a query costs at AWS's list price: $5 a terabyte, rounded up to a megabyte, 10 MB at the
 * least; nothing for DDL and utility statements, and nothing where a stored result was reused. On
 * the local endpoint it is what the same query would cost on AWS for the same bytes.
 *
 * @see https://aws.amazon.com/athena/pricing/
 */
export function queryCostUsd(query: {
  dataScannedBytes: number;
  /** Athena's StatementType: DML, DDL or UTILITY. */
  statementType: string | undefined;
  reused: boolean;
}): number {
  if (query.reused || (query.statementType !== undefined && query.statementType !== "DML")) {
    return 0;
  }
  const bytes = Math.max(minimumBytes, Math.ceil(query.dataScannedBytes / megabyte) * megabyte);
  return (bytes / 2 ** 40) * usdPerTerabyte;
}

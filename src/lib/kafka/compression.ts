/** How hard gzip tries, 1 to 9. */
export const gzipLevel = 6;

/** A query in Athena's dialect, with the rows that the page documents for it. */
export interface DialectStatement {
  sql: string;
  /** Every row as Athena shows it; null is NULL. */
  rows: readonly (readonly (string | null)[])[];
  /** The page that the result is from: AWS's own, or Trino's of the functions that engine 3 has. */
  page: string;
}

const trino = "https://trino.io/docs/476";
const aws = "https://docs.aws.amazon.com/athena/latest/ug";

/**
 * Results that the pages give, most of them their own examples; where a page states a rule, the
 * smallest query that shows it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
 */
export const dialectStatements: readonly DialectStatement[] = [
  // Numbers: division of whole numbers cuts off, the remainder has the dividend's sign.
  {
    sql: "SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3",
    rows: [["3", "-3", "1", "-1"]],
    page: `${trino}/functions/math.html`,
  },
  {
    sql: "SELECT round(-2.5e0), ceil(1.2e0), floor(-1.2e0), truncate(3.99e0), sign(-5), mod(10, 3)",
    rows: [["-3.0", "2.0", "-2.0", "3.0", "-1", "1"]],
    page: `${trino}/functions/math.html`,
  },
  {
    sql: "SELECT width_bucket(5.35e0, 0.024e0, 10.06e0, 5), from_base('ff', 16), to_base(255, 2)",
    rows: [["3", "255", "11111111"]],
    page: `${trino}/functions/math.html`,
  },
  {
    sql: "SELECT CAST(10 AS decimal(10, 2)) / CAST(3 AS decimal(10, 2)), DECIMAL '1.10' * DECIMAL '2.5'",
    rows: [["3.33", "2.750"]],
    page: `${trino}/functions/decimal.html`,
  },
  {
    sql: "SELECT bit_count(9, 64), bitwise_and(19, 25), bitwise_xor(19, 25), bitwise_left_shift(7, 2)",
    rows: [["2", "17", "10", "28"]],
    page: `${trino}/functions/bitwise.html`,
  },
  // Dates and times.
  {
    sql: "SELECT date '2012-08-08' + interval '2' day, timestamp '2012-08-08 01:00' + interval '29' hour",
    rows: [["2012-08-10", "2012-08-09 06:00:00.000"]],
    page: `${trino}/functions/datetime.html#date-and-time-operators`,
  },
  {
    sql: "SELECT date '2012-01-31' + interval '1' month, interval '2' day - interval '3' hour",
    rows: [["2012-02-29", "1 21:00:00.000"]],
    page: `${trino}/functions/datetime.html#date-and-time-operators`,
  },
  {
    sql: "SELECT timestamp '2012-10-31 01:00 UTC' AT TIME ZONE 'America/Los_Angeles'",
    rows: [["2012-10-30 18:00:00.000 America/Los_Angeles"]],
    page: `${trino}/functions/datetime.html#time-zone-conversion`,
  },
  {
    sql: "SELECT date_trunc('hour', ts), date_trunc('week', ts), date_trunc('month', ts), date_trunc('quarter', ts), date_trunc('year', ts) FROM (VALUES TIMESTAMP '2001-08-22 03:04:05.321') AS t(ts)",
    rows: [
      [
        "2001-08-22 03:00:00.000",
        "2001-08-20 00:00:00.000",
        "2001-08-01 00:00:00.000",
        "2001-07-01 00:00:00.000",
        "2001-01-01 00:00:00.000",
      ],
    ],
    page: `${trino}/functions/datetime.html#truncation-function`,
  },
  {
    sql: "SELECT date_add('second', 86, TIMESTAMP '2020-03-01 00:00:00'), date_add('day', -1, TIMESTAMP '2020-03-01 00:00:00 UTC'), date_add('month', -1, TIMESTAMP '2020-03-31 00:00:00')",
    rows: [["2020-03-01 00:01:26.000", "2020-02-29 00:00:00.000 UTC", "2020-02-29 00:00:00.000"]],
    page: `${trino}/functions/datetime.html#interval-functions`,
  },
  {
    sql: "SELECT date_diff('second', TIMESTAMP '2020-03-01 00:00:00', TIMESTAMP '2020-03-02 00:00:00'), date_diff('hour', TIMESTAMP '2020-03-01 00:00:00 America/New_York', TIMESTAMP '2020-03-02 00:00:00 America/New_York'), date_diff('day', DATE '2020-03-01', DATE '2020-03-02')",
    rows: [["86400", "24", "1"]],
    page: `${trino}/functions/datetime.html#interval-functions`,
  },
  {
    sql: "SELECT date_format(TIMESTAMP '2022-10-20 05:10:00', '%m-%d-%Y %H'), date_parse('2022/10/20/05', '%Y/%m/%d/%H')",
    rows: [["10-20-2022 05", "2022-10-20 05:00:00.000"]],
    page: `${trino}/functions/datetime.html#mysql-date-functions`,
  },
  {
    sql: "SELECT format_datetime(TIMESTAMP '2022-10-20 05:10:00', 'yyyy.MM.dd'), parse_datetime('2022-10-20 05', 'yyyy-MM-dd HH')",
    rows: [["2022.10.20", "2022-10-20 05:00:00.000 UTC"]],
    page: `${trino}/functions/datetime.html#java-date-functions`,
  },
  {
    sql: "SELECT from_iso8601_timestamp('2020-05-11T11:15:05+02:00'), from_iso8601_date('2020-W10'), from_iso8601_date('2020-123')",
    rows: [["2020-05-11 11:15:05.000 +02:00", "2020-03-02", "2020-05-02"]],
    page: `${trino}/functions/datetime.html`,
  },
  {
    sql: "SELECT to_iso8601(TIMESTAMP '2020-05-11 11:15:05.000'), from_unixtime(1589195705), to_unixtime(TIMESTAMP '2020-05-11 11:15:05 UTC')",
    rows: [["2020-05-11T11:15:05.000", "2020-05-11 11:15:05.000 UTC", "1.589195705E9"]],
    page: `${trino}/functions/datetime.html`,
  },
  {
    sql: "SELECT extract(YEAR FROM TIMESTAMP '2022-10-20 05:10:00'), day_of_week(DATE '2022-10-20'), week(DATE '2022-10-20'), last_day_of_month(DATE '2024-02-03'), human_readable_seconds(96)",
    rows: [["2022", "4", "42", "2024-02-29", "1 minute, 36 seconds"]],
    page: `${trino}/functions/datetime.html`,
  },
  {
    sql: "SELECT parse_duration('42.8ms'), parse_duration('3.81 d'), parse_duration('5m')",
    rows: [["0 00:00:00.043", "3 19:26:24.000", "0 00:05:00.000"]],
    page: `${trino}/functions/datetime.html#duration-function`,
  },
  // JSON.
  {
    sql: `SELECT json_extract_scalar('[1, 2, 3]', '$[2]'), json_extract_scalar('{"a": {"b": "x"}}', '$.a.b'), json_extract('{"a": [1, 2]}', '$.a'), json_extract_scalar('{"a": 1}', '$.none')`,
    rows: [["3", "x", "[1,2]", null]],
    page: `${aws}/extracting-data-from-JSON.html`,
  },
  {
    sql: `SELECT json_array_contains('[1, 2, 3]', 2), json_array_length('[1, 2, 3]'), json_size('{"x": {"a": 1, "b": 2}}', '$.x'), json_size('{"x": [1, 2, 3]}', '$.x'), is_json_scalar('[1, 2, 3]')`,
    rows: [["true", "3", "2", "3", "false"]],
    page: `${trino}/functions/json.html`,
  },
  {
    sql: `SELECT CAST(JSON '{"v1":123,"v2":"abc","v3":true}' AS ROW(v1 BIGINT, v2 VARCHAR, v3 BOOLEAN)), CAST(JSON '[1,23,456]' AS ARRAY(INTEGER)), json_format(CAST(MAP(ARRAY['k1', 'k2'], ARRAY[1, 23]) AS JSON))`,
    rows: [["{v1=123, v2=abc, v3=true}", "[1, 23, 456]", '{"k1":1,"k2":23}']],
    page: `${trino}/functions/json.html#cast-from-json`,
  },
  {
    sql: `SELECT json_value('{"child": "Alice", "pets": ["Fido", "Tom"]}', 'lax $.pets[1]'), json_exists('{"a": 1}', 'lax $.b'), json_query('{"a": [1, 2]}', 'lax $.a')`,
    rows: [["Tom", "false", "[1,2]"]],
    page: `${trino}/functions/json.html#json-path-language`,
  },
  // Arrays, maps and functions of functions.
  {
    sql: "SELECT ARRAY[1, 2] || ARRAY[3, 4], element_at(ARRAY['a', 'b'], -1), ARRAY[5, 6][1], array_join(ARRAY[1, NULL, 2], ',', '?'), cardinality(ARRAY[1, 2, 3])",
    rows: [["[1, 2, 3, 4]", "b", "5", "1,?,2", "3"]],
    page: `${trino}/functions/array.html`,
  },
  {
    sql: "SELECT combinations(ARRAY['foo', 'bar', 'baz'], 2), ngrams(ARRAY['foo', 'bar', 'baz', 'foo'], 2), array_distinct(ARRAY[1, 2, 2]), array_sort(ARRAY[3, 1, 2]), flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])",
    rows: [
      [
        "[[foo, bar], [foo, baz], [bar, baz]]",
        "[[foo, bar], [bar, baz], [baz, foo]]",
        "[1, 2]",
        "[1, 2, 3]",
        "[1, 2, 3]",
      ],
    ],
    page: `${trino}/functions/array.html`,
  },
  {
    sql: "SELECT filter(ARRAY[5, -6, NULL, 7], x -> x > 0), transform(ARRAY[5, NULL, 6], x -> coalesce(x, 0) + 1), reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s)",
    rows: [["[5, 7]", "[6, 1, 7]", "75"]],
    page: `${trino}/functions/array.html`,
  },
  {
    sql: "SELECT zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y) -> x + y), any_match(ARRAY[1, 2], x -> x = 2), all_match(ARRAY[1, 2], x -> x > 1), none_match(ARRAY[1, 2], x -> x > 5)",
    rows: [["[4, 6]", "true", "false", "true"]],
    page: `${trino}/functions/array.html`,
  },
  {
    sql: "SELECT MAP(ARRAY[1, 3], ARRAY[2, 4])[3], map_filter(MAP(ARRAY['k1', 'k2', 'k3'], ARRAY[20, 3, 15]), (k, v) -> v > 10), transform_values(MAP(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v * v), map_keys(MAP(ARRAY['x'], ARRAY[1]))",
    rows: [["4", "{k1=20, k3=15}", "{a=1, b=4}", "[x]"]],
    page: `${trino}/functions/map.html`,
  },
  {
    sql: "SELECT n, a, ord FROM (VALUES (ARRAY[2, 5], ARRAY['dog', 'cat', 'bird'])) AS x (numbers, animals) CROSS JOIN UNNEST(numbers, animals) WITH ORDINALITY AS t (n, a, ord)",
    rows: [
      ["2", "dog", "1"],
      ["5", "cat", "2"],
      [null, "bird", "3"],
    ],
    page: `${trino}/sql/select.html#unnest`,
  },
  {
    sql: "WITH dataset AS (SELECT 'engineering' AS department, ARRAY['Sharon', 'John', 'Bob', 'Sally'] AS users) SELECT department, names FROM dataset CROSS JOIN UNNEST(users) AS t(names)",
    rows: [
      ["engineering", "Sharon"],
      ["engineering", "John"],
      ["engineering", "Bob"],
      ["engineering", "Sally"],
    ],
    page: `${aws}/flattening-arrays.html`,
  },
  {
    sql: "SELECT CAST(ROW(1, 2.0e0) AS ROW(x BIGINT, y DOUBLE)).x, contains(ARRAY[1, 2], 2), sequence(1, 7, 3)",
    rows: [["1", "true", "[1, 4, 7]"]],
    page: `${trino}/language/types.html#row`,
  },
  // Texts.
  {
    sql: String.raw`SELECT regexp_extract_all('1a 2b 14m', '\d+'), regexp_extract('1a 2b 14m', '(\d+)([a-z]+)', 2), regexp_like('1a 2b 14m', '\d+b'), regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 '), regexp_split('1a 2b 14m', '\s*[a-z]+\s*')`,
    rows: [["[1, 2, 14]", "a", "true", "3ca 3cb 14m", "[1, 2, 14, ]"]],
    page: `${trino}/functions/regexp.html`,
  },
  {
    sql: "SELECT format('%s%%', 123), format('%.5f', pi()), format('%03d', 8), format('%,.2f', 1234567.89), format('%2$s %3$s %1$s', 'a', 'b', 'c')",
    rows: [["123%", "3.14159", "008", "1,234,567.89", "b c a"]],
    page: `${trino}/functions/conversion.html#formatting`,
  },
  {
    sql: "SELECT split_part('a,b,c', ',', 2), strpos('high', 'ig'), lpad('5', 3, '0'), concat_ws('-', 'a', NULL, 'b'), reverse('abc'), levenshtein_distance('kitten', 'sitting'), substr('Athena', -3)",
    rows: [["b", "2", "005", "a-b", "cba", "3", "ena"]],
    page: `${trino}/functions/string.html`,
  },
  {
    sql: "SELECT split_to_map('a=1,b=2', ',', '='), translate('abcd', 'ad', 'x'), length('é🎈'), to_hex(CAST('ab' AS varbinary)), url_extract_host('https://example.com:8080/p?q=1')",
    rows: [["{a=1, b=2}", "xbc", "2", "6162", "example.com"]],
    page: `${trino}/functions/string.html`,
  },
  // Conditions and conversions.
  {
    sql: "SELECT coalesce(TRY(1 / 0), 0), try_cast('x' AS integer), if(1 > 2, 'a', 'b'), nullif(5, 5), greatest(1, 5, 3), typeof(123)",
    rows: [["0", null, "b", null, "5", "integer"]],
    page: `${trino}/functions/conditional.html`,
  },
  {
    sql: "SELECT NULL = NULL, NULL IS DISTINCT FROM NULL, 2 BETWEEN 1 AND 3, 'abc' LIKE 'a\\_c' ESCAPE '\\', 1 IN (2, NULL)",
    rows: [[null, "false", "true", "false", null]],
    page: `${trino}/functions/comparison.html`,
  },
  // Aggregates, approximations, windows.
  {
    sql: "SELECT approx_percentile(x, 0.5), approx_percentile(x, ARRAY[0.25, 0.75]), abs(approx_distinct(x) - 101) < 101 * 0.08 FROM UNNEST(sequence(0, 100)) AS t(x)",
    rows: [["50", "[25, 75]", "true"]],
    page: `${trino}/functions/aggregate.html#approximate-aggregate-functions`,
  },
  {
    sql: "SELECT listagg(value, ',') WITHIN GROUP (ORDER BY value) AS csv_value FROM (VALUES 'a', 'c', 'b') t(value)",
    rows: [["a,b,c"]],
    page: `${trino}/functions/aggregate.html#listagg`,
  },
  {
    sql: "SELECT max_by(k, v), min_by(k, v), array_agg(k ORDER BY v DESC), count_if(v > 1), map_agg(k, v)['c'], histogram(v > 1)[true], arbitrary(1), bool_and(v > 0) FROM (VALUES ('a', 1), ('b', 3), ('c', 2)) AS t(k, v)",
    rows: [["b", "a", "[b, c, a]", "2", "2", "2", "1", "true"]],
    page: `${trino}/functions/aggregate.html`,
  },
  {
    sql: "SELECT k, count(*), sum(v), grouping(k) FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) AS t(k, v) GROUP BY GROUPING SETS ((k), ()) ORDER BY 4, 1",
    rows: [
      ["a", "2", "3", "0"],
      ["b", "1", "3", "0"],
      [null, "3", "6", "1"],
    ],
    page: `${trino}/sql/select.html#grouping-sets`,
  },
  {
    sql: "SELECT v, row_number() OVER w, rank() OVER w, dense_rank() OVER w, lag(v) OVER w, ntile(2) OVER w FROM (VALUES 10, 20, 20, 30) AS t(v) WINDOW w AS (ORDER BY v) ORDER BY 1, 2",
    rows: [
      ["10", "1", "1", "1", null, "1"],
      ["20", "2", "2", "2", "10", "1"],
      ["20", "3", "2", "2", "20", "2"],
      ["30", "4", "4", "3", "20", "2"],
    ],
    page: `${trino}/functions/window.html`,
  },
  {
    sql: "SELECT n, sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), first_value(n) OVER (ORDER BY n DESC), cume_dist() OVER (ORDER BY n) FROM (VALUES 1, 2, 3, 4) AS t(n) ORDER BY n",
    rows: [
      ["1", "1", "4", "0.25"],
      ["2", "3", "4", "0.5"],
      ["3", "5", "4", "0.75"],
      ["4", "7", "4", "1.0"],
    ],
    page: `${trino}/functions/window.html`,
  },
  // The shape of results.
  {
    sql: "SELECT 1 AS n UNION ALL SELECT 2 EXCEPT SELECT 3 ORDER BY n OFFSET 1 LIMIT 5",
    rows: [["2"]],
    page: `${aws}/select.html`,
  },
  {
    sql: "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT sum(n) FROM t",
    rows: [["10"]],
    page: `${trino}/sql/select.html#with-recursive-clause`,
  },
];

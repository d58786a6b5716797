-- Exact sums: what no order of rows, and no number of workers, changes.
\set SHOW_CONTEXT never
SELECT crm.exact_sum(v) FROM (VALUES (1e308::float8), (1), (-1e308), (NULL)) AS rows (v);
SELECT sum(v), crm.exact_sum(v) FROM (SELECT unnest('{1e16, 0.25, 0.5, -1e16}'::float8[]) AS v) AS rows;
SELECT crm.exact_sum(v) AS of_none, crm.exact_sum(v) FILTER (WHERE v > 0) AS of_nulls FROM (VALUES (NULL::float8)) AS rows (v);
SELECT crm.exact_sum(v) FROM (VALUES ('infinity'::float8), (1)) AS rows (v);
SELECT crm.exact_sum(v) FROM (VALUES ('infinity'::float8), ('-infinity')) AS rows (v);
SELECT crm.exact_sum(v) FROM (VALUES ('NaN'::float8), (1)) AS rows (v);
SELECT crm.exact_sum(v) FROM (VALUES (1.7e308::float8), (1e308)) AS rows (v);
SELECT crm.exact_sum(v) FROM (VALUES (1.7e308::float8), (1e308), (-1.6e308)) AS rows (v);

-- Against sums of whole numbers, which numeric holds exactly.
CREATE TABLE amount AS
SELECT i % 7 AS part, n, n::float8 / 1073741824 AS v
FROM (SELECT i, ((i * 7919 % 100003 - 40000)::bigint << (i % 40)) + i AS n FROM generate_series(1, 20000) AS i) AS whole;
SELECT part, crm.exact_sum(v) = sum(n)::float8 / 1073741824 AS is_exact, sum(v) = crm.exact_sum(v) AS plain FROM amount
WHERE abs(n) < 9007199254740992 GROUP BY part ORDER BY part;
SELECT count(DISTINCT total) AS results
FROM (SELECT crm.exact_sum(v ORDER BY md5(seed || v::text)) AS total FROM amount, generate_series(1, 5) AS seed GROUP BY seed) AS orders;
SELECT crm.exact_sum(v) AS serial FROM amount \gset
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT crm.exact_sum(v) FROM amount;
SELECT crm.exact_sum(v) = :serial AS parallel FROM amount;
RESET max_parallel_workers_per_gather;
SELECT last, crm.exact_sum(v) OVER (ORDER BY last ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS of_two
FROM (VALUES (1, 0.1::float8), (2, 0.2), (3, -0.2)) AS rows (last, v);
DROP TABLE amount;

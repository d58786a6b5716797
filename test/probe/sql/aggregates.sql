-- Rows with NULL for a parameter that may not be NULL are skipped; over no rows the result is NULL.
SELECT (probe.collect(n)).* FROM unnest('{1,2,NULL,3}'::int[]) AS n;
SELECT probe.collect(n) IS NULL AS no_rows FROM unnest('{}'::int[]) AS n;
SELECT probe.collect(n) IS NULL AS only_nulls FROM unnest('{NULL,NULL}'::int[]) AS n;
SELECT (probe.collect(n, 10)).* FROM unnest('{1,2,NULL,3}'::int[]) AS n;
SELECT n % 3 AS third, (probe.collect(n)).* FROM generate_series(1, 100) AS n GROUP BY 1 ORDER BY 1;
SELECT (probe.collect(n) FILTER (WHERE n > 90)).*, (probe.collect(DISTINCT n % 7)).* FROM generate_series(1, 100) AS n;
SELECT n, (probe.collect(n) OVER (ORDER BY n ROWS 2 PRECEDING)).label FROM generate_series(1, 5) AS n;

-- Rows as a result are an array of the composite type.
SELECT probe.list(n) FROM unnest('{3,1,NULL,2}'::int[]) AS n;
SELECT p.* FROM (SELECT probe.list(n) AS points FROM generate_series(1, 3) AS n) AS x, unnest(points) AS p;
SELECT probe.list(n) AS nothing_to_list FROM unnest('{-1}'::int[]) AS n;
SELECT probe.list(n) IS NULL AS no_rows FROM unnest('{}'::int[]) AS n;
SELECT n % 3 AS third, cardinality(probe.list(n)), (probe.list(n))[2].label FROM generate_series(1, 100) AS n GROUP BY 1 ORDER BY 1;
CREATE TEMPORARY TABLE kept AS SELECT probe.list(n) AS points FROM generate_series(1, 20000) AS n;
SELECT cardinality(points), points[20000], (SELECT sum(p.number) FROM unnest(points) AS p) AS sum FROM kept;
SELECT probe.list_misdeclared(1);

-- Partial states, serialized and combined by parallel workers, give the same.
CREATE TABLE number AS SELECT n, n % 1000 AS customer FROM generate_series(1, 200000) AS n;
ANALYZE number;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT probe.collect(n) FROM number;
SELECT (probe.collect(n)).* FROM number;
SELECT (probe.collect(n)).* FROM number WHERE n < 0;
SELECT sum(p.number), count(p.height) FROM (SELECT probe.list(n) AS points FROM number) AS x, unnest(points) AS p;
SELECT count(*), bool_and((c).number = 200) FROM (SELECT probe.collect(n) AS c FROM number GROUP BY customer) AS x;
RESET max_parallel_workers_per_gather;

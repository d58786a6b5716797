-- Orders become a timeline: sorted, one entry a day. Orders of one day are one purchase occasion; a refund lowers its
-- day's amount and is no order; a zero amount is an order.
CREATE SCHEMA value_timeline;
SET search_path = value_timeline, public;
SET datestyle = iso;
CREATE TABLE orders (customer int, at date, amount numeric);
INSERT INTO orders VALUES
    (1, '2026-03-01', 20), (1, '2026-01-05', 40), (1, '2026-01-05', 19.90), (1, '2026-04-01', 0),
    (2, '2026-02-01', 100), (2, '2026-02-01', -30), (2, '2026-02-20', -70),
    (3, '2026-02-01', -10),
    (4, '2026-05-01', NULL), (4, NULL, 10), (4, '2026-05-02', 5);
SELECT customer, crm.timeline(at, amount) FROM orders GROUP BY customer ORDER BY customer;
SELECT customer, (crm.purchases(crm.timeline(at, amount))).* FROM orders GROUP BY customer ORDER BY customer, day;
SELECT customer, crm.first_purchase(t), crm.last_purchase(t), crm.last_day(t), crm.purchase_days(t), crm.orders(t), crm.revenue(t)
  FROM (SELECT customer, crm.timeline(at, amount) AS t FROM orders GROUP BY customer) AS x ORDER BY customer;
SELECT crm.timeline(at, amount) IS NULL AS no_rows FROM orders WHERE false;
SELECT crm.timeline(at, amount) IS NULL AS only_nulls FROM orders WHERE amount IS NULL;

-- The day of a timestamp; of a timestamptz in the session's time zone.
SELECT crm.timeline(timestamp '2026-01-05 23:59:59', 1);
SET TIME ZONE 'Europe/Berlin';
SELECT crm.timeline(timestamptz '2026-01-05 23:30 UTC', 1);
SET TIME ZONE 'UTC';
SELECT crm.timeline(timestamptz '2026-01-05 23:30 UTC', 1);

-- Calibration and hold-out share no day; together they are the whole.
WITH one AS (SELECT crm.timeline(at, amount) AS t FROM orders WHERE customer = 1)
SELECT crm.until(t, '2026-01-05'), crm.since(t, '2026-01-05'),
       crm.until(t, '2026-01-05') + crm.since(t, '2026-01-05') = t AS whole,
       crm.until(t, '2025-01-01') AS nothing
  FROM one;

-- Appending is adding; merging months gives what all rows give.
SELECT '[["2026-01-05", 1, 10]]'::crm.timeline + '[["2026-01-05", 1, 5.5], ["2025-12-31", 1, 1]]';
WITH months AS (SELECT customer, date_trunc('month', at) AS month, crm.timeline(at, amount) AS t FROM orders GROUP BY 1, 2)
SELECT customer, crm.rollup(t) = (SELECT crm.timeline(at, amount) FROM orders AS o WHERE o.customer = m.customer) AS same
  FROM months AS m GROUP BY customer ORDER BY customer;
SELECT crm.rollup(t) IS NULL AS no_rows FROM (SELECT NULL::crm.timeline AS t) AS x;

-- Days before 1970, far in the future and before Christ; infinite ones are refused.
SELECT crm.timeline(at, 1) FROM unnest('{1969-12-31,1900-02-28,2999-12-31,0044-03-15 BC,4714-11-24 BC,5874897-12-31}'::date[]) AS at;
SELECT crm.timeline('infinity'::date, 1);
SELECT crm.timeline('-infinity'::timestamptz, 1);
SET TIME ZONE '-05';
SELECT crm.timeline(timestamptz '4714-11-24 00:00:00+00 BC', 1);
SET TIME ZONE 'UTC';
SELECT crm.timeline(date '2026-01-05', 'NaN');
SELECT crm.timeline(date '2026-01-05', 'infinity');
SELECT crm.timeline(date '2026-01-05', 1.7e308) FROM generate_series(1, 2);

-- Amounts keep every bit, whole cents take the least room.
SELECT crm.timeline(date '2026-01-05' + ordinal::int, a) FROM unnest('{0.1,0.2,5e-324,1e300,-0.001}'::float8[]) WITH ORDINALITY AS x (a, ordinal);
SELECT pg_column_size(crm.timeline(date '2026-01-05' + n * 30, 19.99)) AS ten_purchases FROM generate_series(1, 10) AS n;
-- Sums of whole cents are exact in any order.
SELECT crm.timeline(date '2026-01-05', a ORDER BY a) AS up, crm.timeline(date '2026-01-05', a ORDER BY a DESC) AS down FROM unnest('{0.1,0.2,0.3}'::float8[]) AS a;
SELECT crm.revenue('[["2026-01-05", 1, 1.7e308], ["2026-01-06", 1, 1.7e308]]');
SELECT crm.orders(t), crm.purchase_days(t), crm.revenue(t)
  FROM (SELECT crm.timeline(date '2026-01-05' + n % 10000, 1.5) AS t FROM generate_series(1, 100000) AS n) AS x;

-- Text and jsonb are the same document; entries may come in any order.
SELECT '[["2026-02-01", 1, 2], ["2026-01-01", 0, -1], ["2026-02-01", 2, 3]]'::crm.timeline AS t, '[]'::crm.timeline AS empty;
SELECT '[["2026-02-01", 1, 2.5]]'::crm.timeline::jsonb;
SELECT to_jsonb(x) FROM (SELECT '[["2026-02-01", 1, 2.5]]'::crm.timeline AS t, crm.make_model('bg_nbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}') AS m) AS x;
SELECT '[["2026-02-30", 1, 2]]'::crm.timeline;
SELECT '[["2026-02-01", -1, 2]]'::crm.timeline;
SELECT '[["2026-02-01", 1]]'::crm.timeline;
SELECT '{"day": 1}'::crm.timeline;
SELECT 'monday'::crm.timeline;
SELECT ('[["2026-01-01", 1, 5], "' || repeat('x', 3000) || '"]')::crm.timeline;

\set VERBOSITY sqlstate
SELECT '[["2026-02-30", 1, 2]]'::crm.timeline;
SELECT '{"day": 1}'::crm.timeline;
\set VERBOSITY default

-- Binary form of version 1, for ever.
SELECT crm.timeline_send('[["2026-01-05", 2, 59.9], ["2026-03-01", 1, 20], ["2026-03-02", 0, -0.3333]]');
CREATE TABLE stored (id int, t crm.timeline);
INSERT INTO stored SELECT customer, crm.timeline(at, amount) FROM orders GROUP BY customer;
\copy stored TO 'results/value_timeline.bin' (FORMAT binary)
CREATE TABLE restored (LIKE stored);
\copy restored FROM 'results/value_timeline.bin' (FORMAT binary)
SELECT count(*), bool_and(s.t = r.t) FROM stored AS s JOIN restored AS r USING (id);

-- Any order of rows and any number of workers give the same.
CREATE TABLE many AS
SELECT n % 997 AS customer, date '2020-01-01' + (n * 7919 % 2000) AS at, (n * 31 % 10000) / 100.0 - 10 AS amount
  FROM generate_series(1, 50000) AS n;
ANALYZE many;
CREATE TABLE serial AS SELECT customer, crm.timeline(at, amount) AS t FROM many GROUP BY customer;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT customer, crm.timeline(at, amount) AS t FROM many GROUP BY customer;
CREATE TABLE shuffled AS SELECT customer, at, amount FROM many ORDER BY md5(at::text || customer);
ANALYZE shuffled;
SELECT count(*), count(DISTINCT x.customer), bool_and(abs(crm.revenue(s.t) - crm.revenue(x.t)) < 1e-9 AND crm.orders(s.t) = crm.orders(x.t))
  FROM serial AS s JOIN (SELECT customer, crm.timeline(at, amount) AS t FROM shuffled GROUP BY customer) AS x USING (customer);

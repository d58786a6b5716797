-- Cohorts: customers by when they bought first, and what became of them.
CREATE SCHEMA value_cohort;
SET search_path = value_cohort, public;
SET datestyle = iso;
SET extra_float_digits = 0;
CREATE TABLE orders (customer int, at date, amount numeric);
INSERT INTO orders VALUES
    (1, '2026-01-05', 40), (1, '2026-01-30', 20), (1, '2026-03-02', 30), (1, '2026-04-09', 10),
    (2, '2026-01-31', 100), (2, '2026-02-01', -30),
    (3, '2025-12-30', -5), (3, '2026-03-15', 60), (3, '2026-04-01', 15), (3, '2026-05-01', 15),
    (4, '2026-04-11', 50),
    (5, '2026-03-01', -10);
CREATE TABLE histories AS SELECT customer, crm.timeline(at, amount) AS t FROM orders GROUP BY customer;
SELECT c.* FROM (SELECT crm.cohorts(t, date '2026-04-10') AS rows FROM histories) AS x, unnest(rows) AS c;
-- On its last day a unit is complete.
SELECT c.cohort, c.age, c.active, c.complete FROM (SELECT crm.cohorts(t, date '2026-04-30') AS rows FROM histories) AS x, unnest(rows) AS c WHERE c.age > 0;
SELECT u, c.* FROM (SELECT u, crm.cohorts(t, date '2026-04-10', u) AS rows FROM histories, unnest('{quarter,year}'::text[]) AS u GROUP BY u) AS x, unnest(rows) AS c ORDER BY u, c.cohort, c.age;
SELECT c.cohort, extract(isodow FROM c.cohort) AS monday, count(*), min(c.age), max(c.age), sum(c.active) AS active, sum(c.revenue) AS revenue
  FROM (SELECT crm.cohorts(t, date '2026-04-10', 'week') AS rows FROM histories) AS x, unnest(rows) AS c GROUP BY c.cohort ORDER BY c.cohort;
-- Nobody is an empty array, no row is NULL; a group each.
SELECT crm.cohorts(t, date '2025-01-01') AS nobody FROM histories;
SELECT crm.cohorts(t, date '2026-04-10') IS NULL AS no_rows FROM histories WHERE false;
SELECT customer, cardinality(crm.cohorts(t, date '2026-04-10')) FROM histories GROUP BY customer ORDER BY customer;

-- Against SQL itself.
CREATE TABLE many AS
SELECT n % 997 AS customer, date '2024-01-01' + (n * 7919 % 800) AS at, (n * 31 % 10000) / 100.0 AS amount FROM generate_series(1, 8000) AS n;
CREATE TABLE timelines AS SELECT customer, crm.timeline(at, amount) AS t FROM many GROUP BY customer;
WITH first AS (SELECT customer, date_trunc('month', min(at))::date AS cohort FROM many WHERE at <= '2026-01-20' GROUP BY customer),
     counted AS (SELECT cohort, date_trunc('month', at)::date AS month, count(DISTINCT customer) AS active, count(*) AS orders, sum(amount) AS revenue
                   FROM many JOIN first USING (customer) WHERE at <= '2026-01-20' GROUP BY 1, 2),
     sizes AS (SELECT cohort, count(*) AS customers FROM first GROUP BY cohort),
     expected AS (SELECT cohort, extract(year FROM age(month, cohort)) * 12 + extract(month FROM age(month, cohort)) AS age, customers, active, orders, revenue
                    FROM counted JOIN sizes USING (cohort)),
     found AS (SELECT c.* FROM (SELECT crm.cohorts(t, date '2026-01-20') AS rows FROM timelines) AS x, unnest(rows) AS c)
SELECT count(*) AS rows, bool_and(CASE WHEN e.cohort IS NULL THEN f.active = 0 AND f.orders = 0 AND f.revenue = 0
                                       ELSE f.customers = e.customers AND f.active = e.active AND f.orders = e.orders AND f.revenue = e.revenue::float8 END) AS same,
       count(e.cohort) = (SELECT count(*) FROM expected) AS all_found
  FROM found AS f LEFT JOIN expected AS e USING (cohort, age);

-- What is refused.
SELECT crm.cohorts(t, date '2026-04-10', 'fortnight') FROM histories;
SELECT crm.cohorts(t, date '2026-04-10' + customer ORDER BY customer) FROM histories;
SELECT crm.cohorts(t, date '2026-04-10', CASE customer WHEN 1 THEN 'week' ELSE 'month' END) FROM histories;
SELECT crm.cohorts(t, 'infinity') FROM histories;
SELECT crm.cohorts(t, '2000000-01-01') FROM histories;

-- Migration: who changed from which segment to which.
CREATE TABLE segments AS
SELECT * FROM (VALUES (1, 'Loyal', 'Champions'), (2, 'Loyal', 'Loyal'), (3, 'Loyal', 'At Risk'), (4, 'Loyal', NULL), (5, 'At Risk', NULL),
                      (6, NULL, 'New'), (7, NULL, 'New'), (8, NULL, 'Champions'), (9, NULL, NULL), (10, '', 'Dormant')) AS x (customer, before, after);
SELECT m.* FROM (SELECT crm.migration(before, after) AS rows FROM segments) AS x, unnest(rows) AS m;
SELECT crm.migration(before, after) IS NULL AS no_rows FROM segments WHERE false;
SELECT crm.migration(before, after) AS nobody FROM segments WHERE customer = 9;

-- Any order of rows and any number of workers give the same.
CREATE TABLE moves AS
SELECT crm.rfm_segment(ROW(1 + n % 5, 1 + n / 7 % 5, 1, '')::crm.rfm_score) AS before, nullif(crm.rfm_segment(ROW(1 + n / 3 % 5, 1 + n / 11 % 5, 1, '')::crm.rfm_score), 'Lost') AS after
  FROM generate_series(1, 20000) AS n;
ANALYZE moves;
ANALYZE timelines;
CREATE TABLE serial AS SELECT (SELECT crm.migration(before, after) FROM moves) AS migration, (SELECT crm.cohorts(t, date '2026-01-20') FROM timelines) AS cohorts;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.cohorts(t, date '2026-01-20') FROM timelines;
EXPLAIN (COSTS OFF) SELECT crm.migration(before, after) FROM moves;
SELECT crm.cohorts(t, date '2026-01-20') = (SELECT cohorts FROM serial) AS parallel FROM timelines;
SELECT crm.cohorts(t, date '2026-01-20' ORDER BY md5(customer::text)) = (SELECT cohorts FROM serial) AS shuffled FROM timelines;
SELECT crm.migration(before, after) = (SELECT migration FROM serial) AS parallel FROM moves;
SELECT cardinality(migration), (SELECT sum(m.customers) FROM unnest(migration) AS m) AS customers FROM serial;

-- Proving a purchase model on the past: forecast against outcome, tracking, frequencies.
CREATE SCHEMA value_proof;
SET search_path = value_proof, public;
SET datestyle = iso;
SET extra_float_digits = 0;

-- Forecast against outcome. The tenth of four customers is a part of one; a and b have equal expectations, so it is of their mean, in any order.
CREATE TABLE forecast AS
SELECT * FROM (VALUES ('a', 2.0::float8, 3), ('b', 2, 0), ('c', 0.5, 1), ('d', 0, 0), ('e', NULL, 4), ('f', 1, NULL)) AS x (customer, expected, actual);
SELECT (crm.evaluate_purchases(expected, actual)).* FROM forecast;
SELECT (crm.evaluate_purchases(expected, actual ORDER BY customer DESC)).top_decile_capture FROM forecast;
SELECT (crm.evaluate_purchases(expected, actual)).* FROM forecast WHERE actual = 0;
SELECT crm.evaluate_purchases(expected, actual) IS NULL AS no_rows FROM forecast WHERE customer = 'e';
SELECT expected AS of, (crm.evaluate_purchases(expected, actual::bigint)).* FROM forecast GROUP BY of HAVING count(actual) > 0 ORDER BY of;
SELECT crm.evaluate_purchases(-expected, actual) FROM forecast;
SELECT crm.evaluate_purchases(expected, 'Infinity') FROM forecast;

-- A shop: 600 customers who come within 400 days.
CREATE TABLE orders AS
SELECT n AS customer, (date '2025-01-01' + (n * 37 % 400) + g.days)::date AS at
  FROM generate_series(1, 600) AS n, LATERAL (SELECT coalesce(sum(n * k * 7919 % 61 + n % 29), 0)::int AS days FROM generate_series(1, n * n % 11) AS k WHERE n % 3 > 0) AS whole,
       LATERAL (SELECT whole.days * i / greatest(n * n % 11, 1) AS days FROM generate_series(0, n * n % 11) AS i) AS g;
CREATE TABLE histories AS SELECT customer, crm.timeline(at, 10) AS t FROM orders GROUP BY customer;
CREATE TABLE seen AS SELECT customer, t, crm.rfm(t, '2025-12-31') AS r FROM histories;
CREATE TABLE fitted AS SELECT crm.fit_bg_nbd(r) AS m FROM seen;
SELECT count(*), sum((r).frequency) AS repeats, crm.fit_bg_nbd(r)::text = (SELECT m::text FROM fitted) AS same FROM seen;

-- From whole histories it is the same as by hand; who came later is skipped.
CREATE VIEW by_hand AS
SELECT customer, (r).frequency, crm.expected_purchases(m, r, 181) AS expected, crm.purchase_days(crm.since(crm.until(t, '2026-06-30'), '2025-12-31')) AS actual
  FROM seen, fitted WHERE (r).frequency IS NOT NULL;
SELECT customers, actual, round(expected::numeric, 4) AS expected, round(bias::numeric, 4) AS bias, round(mae::numeric, 4) AS mae, round(rmse::numeric, 4) AS rmse,
       round(top_decile_capture::numeric, 4) AS top_decile
  FROM (SELECT (crm.evaluate_purchases(m, t, '2025-12-31', '2026-06-30')).* FROM histories, fitted) AS e;
SELECT crm.evaluate_purchases(m, t, '2025-12-31', '2026-06-30') = (SELECT crm.evaluate_purchases(expected, actual) FROM by_hand) AS same FROM histories, fitted;
WITH ranked AS (SELECT *, rank() OVER w AS rank, count(*) OVER (PARTITION BY expected) AS ties, avg(actual) OVER (PARTITION BY expected) AS mean, count(*) OVER () / 10.0 AS tenth
                  FROM by_hand WINDOW w AS (ORDER BY expected DESC))
SELECT abs(e.mae - avg(abs(ranked.expected - ranked.actual))) < 1e-12 AS mae, abs(e.rmse - sqrt(avg((ranked.expected - ranked.actual) ^ 2))) < 1e-12 AS rmse,
       abs(e.bias - (sum(ranked.expected) / sum(ranked.actual) - 1)) < 1e-12 AS bias,
       abs(e.top_decile_capture - sum(mean * least(greatest((tenth - rank + 1) / ties, 0), 1)) / sum(ranked.actual)) < 1e-12 AS top_decile_capture
  FROM ranked, (SELECT (crm.evaluate_purchases(expected, actual)).* FROM by_hand) AS e GROUP BY e.mae, e.rmse, e.bias, e.top_decile_capture;
-- Calibration by past frequency is GROUP BY.
SELECT least(frequency, 4) AS past, e.customers, e.actual, round(e.expected::numeric, 2) AS expected
  FROM (SELECT least(frequency, 4) AS frequency, crm.evaluate_purchases(expected, actual) AS e FROM by_hand GROUP BY 1) AS x, LATERAL (SELECT (x.e).*) AS e ORDER BY 1;
SELECT crm.evaluate_purchases(m, t, '2020-01-01', '2026-06-30') IS NULL AS nobody_yet FROM histories, fitted;
SELECT crm.evaluate_purchases(m, t, '2025-12-31', '2025-12-30') FROM histories, fitted;

-- Tracking: weeks end at as_of.
SELECT x.period, x.until, x.actual, round(x.expected::numeric, 3) AS expected, x.cumulative_actual, round(x.cumulative_expected::numeric, 3) AS cumulative_expected
  FROM (SELECT crm.tracking(m, t, '2025-02-09') AS rows FROM histories, fitted) AS y, unnest(rows) AS x;
-- By hand.
WITH periods AS (SELECT x.* FROM (SELECT crm.tracking(m, t, '2026-06-30', interval '30 days') AS rows FROM histories, fitted) AS y, unnest(rows) AS x)
SELECT count(*) AS periods, min(until), max(until),
       bool_and(actual = (SELECT count(*) FROM orders AS o WHERE at > until - 30 AND at <= until AND at > (SELECT min(at) FROM orders AS f WHERE f.customer = o.customer))) AS actual,
       bool_and(abs(cumulative_expected - (SELECT sum(crm.expected_purchases(m, until - crm.first_purchase(t))) FROM histories, fitted WHERE crm.first_purchase(t) <= until)) < 1e-9) AS expected,
       max(cumulative_actual) = (SELECT sum(crm.purchase_days(crm.until(t, '2026-06-30')) - 1) FROM histories) AS all_counted
  FROM periods;
SELECT crm.tracking(m, t, '2026-06-30', 7) = crm.tracking(m, t, '2026-06-30') AS days, crm.tracking(m, t, '2026-06-30', interval '1 week') = crm.tracking(m, t, '2026-06-30') AS interval
  FROM histories, fitted;
SELECT crm.tracking(m, t, '2024-12-31') AS nobody FROM histories, fitted;
SELECT crm.tracking(m, t, '2026-06-30') IS NULL AS no_rows FROM histories, fitted WHERE false;

-- Frequencies.
SELECT f.purchases, f.or_more, f.actual, round(f.expected::numeric, 3) AS expected FROM (SELECT crm.frequency_fit(m, r) AS rows FROM seen, fitted) AS x, unnest(rows) AS f;
WITH classes AS (SELECT f.* FROM (SELECT crm.frequency_fit(m, r, 4) AS rows FROM seen, fitted) AS x, unnest(rows) AS f)
SELECT purchases, or_more, actual = (SELECT count(*) FROM seen WHERE least((r).frequency, 3) = purchases) AS actual,
       abs(expected - (SELECT sum(d.probability) FROM seen, fitted, crm.purchase_distribution(m, (r).age) AS d WHERE least(d.purchases, 3) = classes.purchases)) < 1e-6 AS expected
  FROM classes;

-- A model in each group, and none that was not fitted.
CREATE TABLE models AS
SELECT 'fitted' AS name, m FROM fitted UNION ALL SELECT 'known', crm.make_model('bg_nbd', '{"r": 0.5, "alpha": 20, "a": 0.8, "b": 2.5}')
 UNION ALL SELECT 'not fitted', crm.fit_bg_nbd(NULL::crm.rfm) FROM seen UNION ALL SELECT 'none', NULL;
SELECT name, round(sum(x.expected)::numeric, 3) AS expected, sum(x.actual) AS actual
  FROM (SELECT name, crm.tracking(m, t, '2026-06-30') AS rows FROM histories, models GROUP BY name) AS y LEFT JOIN unnest(rows) AS x ON true GROUP BY name ORDER BY name;
SELECT name, round((crm.evaluate_purchases(m, t, '2025-12-31', '2026-06-30')).expected::numeric, 3) FROM histories, models GROUP BY name ORDER BY name;
SELECT crm.tracking(m, t, '2026-06-30') FROM histories, models WHERE name IN ('fitted', 'known');
SELECT crm.frequency_fit(m, r) FROM seen, models WHERE name IN ('fitted', 'known');

-- What else is refused.
SELECT crm.tracking(m, t, '2026-06-30', 0) FROM histories, fitted;
SELECT crm.tracking(m, t, '2026-06-30', interval '36 hours') FROM histories, fitted;
SELECT crm.tracking(m, t, '2026-06-30', 7 + customer ORDER BY customer) FROM histories, fitted;
SELECT crm.tracking(m, t, date '2026-06-30' + customer ORDER BY customer) FROM histories, fitted;
SELECT crm.tracking(m, t, '2000000-01-01', 1) FROM histories, fitted;
SELECT crm.frequency_fit(m, r, 1) FROM seen, fitted;
SELECT crm.frequency_fit(m, r, 2 + customer ORDER BY customer) FROM seen, fitted;
SELECT crm.tracking(crm.make_model('gamma_gamma', '{"p": 6, "q": 4, "gamma": 15}'), t, '2026-06-30') FROM histories;

-- Any order of rows and any number of workers give the same.
CREATE TABLE many AS SELECT customer, t, r, m FROM seen, fitted, generate_series(1, 20);
ANALYZE many;
CREATE TABLE serial AS
SELECT crm.evaluate_purchases(m, t, '2025-12-31', '2026-06-30') AS evaluation, crm.tracking(m, t, '2026-06-30') AS tracking, crm.frequency_fit(m, r) AS frequencies FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.tracking(m, t, '2026-06-30') FROM many;
SELECT crm.evaluate_purchases(m, t, '2025-12-31', '2026-06-30') = serial.evaluation AS evaluation, crm.tracking(m, t, '2026-06-30') = serial.tracking AS tracking,
       crm.frequency_fit(m, r) = serial.frequencies AS frequencies FROM many, serial GROUP BY serial.evaluation, serial.tracking, serial.frequencies;
SELECT crm.evaluate_purchases(m, t, '2025-12-31', '2026-06-30' ORDER BY md5(customer::text)) = (SELECT evaluation FROM serial) AS evaluation,
       crm.tracking(m, t, '2026-06-30' ORDER BY md5(customer::text)) = (SELECT tracking FROM serial) AS tracking,
       crm.frequency_fit(m, r ORDER BY md5(customer::text)) = (SELECT frequencies FROM serial) AS frequencies FROM many;

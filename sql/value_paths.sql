-- Customers buy more while there is a promotion: a model whose covariates change over time says how much more.
CREATE SCHEMA value_paths;
SET search_path = value_paths, public;
SET extra_float_digits = 0;
SET datestyle = iso;

-- A row a period becomes one path a customer: each period lasts until the next one starts, the first holds before too.
CREATE TABLE periods (customer int, starts date, promotion float8, price float8);
INSERT INTO periods VALUES (1, '2026-02-01', 1, 9.5), (1, '2026-01-01', 0, 10), (2, '2026-01-01', 0, 10), (2, NULL, 1, 1);
SELECT customer, crm.covariate_path(starts, ARRAY[promotion, price]) FROM periods GROUP BY customer ORDER BY customer;
CREATE TABLE path AS SELECT crm.covariate_path(starts, ARRAY[promotion, price]) AS p FROM periods WHERE customer = 1;
SELECT day, crm.covariates_at(p, day::date) FROM path, unnest('{2025-06-01,2026-01-31,2026-02-01,2027-01-01}'::date[]) AS day;
SELECT p::jsonb -> 1 AS february, to_jsonb(path) FROM path;
SELECT crm.covariate_path(starts, '{}') IS NULL AS no_rows FROM periods WHERE false;
SELECT crm.covariate_path(starts, ARRAY[promotion]) FROM periods;
SELECT crm.covariate_path(starts, array_fill(1::float8, ARRAY[customer])) FROM periods;
SELECT crm.covariate_path(starts, '{NaN}') FROM periods;
SELECT crm.covariate_path(starts, '{1,NULL}') FROM periods;
SELECT crm.covariate_path(starts, array_fill(1::float8, ARRAY[101])) FROM periods;
SELECT '[]'::crm.covariate_path;
SELECT '[["2026-01-01", [1]], ["2026-02-01", [1, 2]]]'::crm.covariate_path;
SELECT '[["2026-01-01", 1]]'::crm.covariate_path;
SELECT '[["2026-01-01"]]'::crm.covariate_path;
SELECT '[["2026-02-01", [1]], ["2026-01-01", [-2.5]]]'::crm.covariate_path AS sorted;
-- The format: this is what version 1 wrote.
SELECT crm.covariate_path_send(p) FROM path;
SELECT crm.covariate_path_send(p::text::crm.covariate_path) = crm.covariate_path_send(p) AS text FROM path;

-- One week in four has a promotion; outside of it every second order, by the parity of its day, is taken away.
CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
\set customers 1000
\set ECHO none
\i scripts/demo-steps/shop.sql
\set ECHO all
CREATE TABLE week AS
SELECT day::date AS starts, (day::date - date '2024-06-03') / 7 % 4 = 0 AS promotion
  FROM generate_series(timestamp '2024-06-03', timestamp '2026-12-31', interval '7 days') AS day;
CREATE TABLE seen AS
SELECT right(customer_id, 5)::int AS customer, crm.timeline(ordered_at, amount) AS history
  FROM orders JOIN week ON ordered_at >= starts AND ordered_at < starts + 7
 WHERE promotion OR extract(day FROM ordered_at)::int % 2 = 0
 GROUP BY customer_id;
CREATE TABLE calendar AS
SELECT crm.covariate_path(starts, ARRAY[promotion::int]::float8[]) AS promotions,
       crm.covariate_path(starts, ARRAY[0]::float8[]) AS nothing, crm.covariate_path(starts, '{}') AS none FROM week;
CREATE TABLE model AS
SELECT crm.fit_pareto_nbd(crm.rfm(history, '2026-06-30')) AS plain,
       crm.fit_pareto_nbd(history, '2026-06-30', promotions) AS two_sides,
       crm.fit_pareto_nbd(history, '2026-06-30', promotions, none) AS buying,
       crm.fit_pareto_nbd(history, '2026-06-30', nothing) AS nothing,
       crm.fit_pareto_nbd(history, '2026-06-30', promotions, jsonb '{"fix": {"lifetime_1": 0}}') AS fixed,
       crm.fit_pareto_nbd(history, '2026-06-30', promotions, none, jsonb '{"fix": {"purchase_1": 0}}') AS zero
  FROM seen, calendar;
SELECT kind, observations = (SELECT count(*) FROM seen) AS everybody, converged, message FROM model, crm.fit_info(buying);
SELECT name, round(estimate::numeric, 3) AS estimate, round(std_error::numeric, 3) AS std_error FROM model, crm.coef(buying);
SELECT name FROM model, crm.coef(two_sides);
SELECT estimate BETWEEN ln(1.8) AND ln(2.2) AS about_twice FROM model, crm.coef(buying) WHERE name = 'purchase_1';
SELECT abs((crm.fit_info(nothing)).log_likelihood - (crm.fit_info(plain)).log_likelihood) < 1e-8 AS nothing_is_learned,
       abs((crm.fit_info(zero)).log_likelihood - (crm.fit_info(plain)).log_likelihood) < 1e-8 AS zero,
       abs((crm.fit_info(fixed)).log_likelihood - (crm.fit_info(buying)).log_likelihood) < 1e-8 AS fixed
  FROM model;
SELECT degrees_of_freedom, p_value < 0.001 AS promotions_work FROM model, crm.likelihood_ratio_test(plain, buying);

-- Scores take the same history, date and paths; the path tells what will be in force.
CREATE TABLE known AS
SELECT crm.make_model('pareto_nbd_paths', '{"r": 0.5, "alpha": 30, "s": 0.6, "beta": 120, "purchase_1": 0.7, "lifetime_1": -0.4}') AS m,
       crm.make_model('pareto_nbd_covariates', '{"r": 0.5, "alpha": 30, "s": 0.6, "beta": 120, "purchase_1": 0.7, "lifetime_1": -0.4}') AS same,
       '[["2026-01-05", 1, 10], ["2026-01-20", 1, 10], ["2026-02-10", 1, 10]]'::crm.timeline AS history;
SELECT until AS promotion_until, round(crm.p_alive(m, history, '2026-03-31', p)::numeric, 6) AS p_alive,
       round(crm.expected_purchases(m, history, '2026-03-31', p, 90)::numeric, 6) AS expected,
       round(crm.log_likelihood(m, history, '2026-03-31', p)::numeric, 6) AS log_likelihood
  FROM known, unnest('{2026-01-01,2026-02-01,2026-04-01,2026-05-01,2027-01-01}'::date[]) AS until,
       LATERAL (SELECT crm.covariate_path(starts, ARRAY[promotion]) AS p
                  FROM (VALUES (date '2025-12-31', 1::float8), (until, 0)) AS x (starts, promotion)) AS x;
SELECT abs(crm.p_alive(m, history, '2026-03-31', p) - crm.p_alive(own, r)) < 1e-10 AS p_alive,
       abs(crm.expected_purchases(m, history, '2026-03-31', p, interval '90 days') - crm.expected_purchases(own, r, 90)) < 1e-10 AS expected,
       abs(crm.log_likelihood(m, history, '2026-03-31', p) - crm.log_likelihood(own, r)) < 1e-10 AS log_likelihood
  FROM known, crm.with_covariates(same, '{1}') AS own, crm.rfm(history, '2026-03-31') AS r,
       (SELECT '[["2026-02-01", [1]]]'::crm.covariate_path AS p) AS constant;
SELECT crm.p_alive(m, history, '2026-03-31', p, p) = crm.p_alive(m, history, '2026-03-31', p) AS p_alive,
       crm.expected_purchases(m, history, '2026-03-31', p, p, interval '1 week') = crm.expected_purchases(m, history, '2026-03-31', p, 7) AS expected,
       crm.log_likelihood(m, history, '2026-03-31', p, p) = crm.log_likelihood(m, history, '2026-03-31', p) AS log_likelihood,
       crm.p_alive(m, history, '2025-12-31', p) IS NULL AS not_yet_a_customer, crm.p_alive(m, NULL, '2026-03-31', p) IS NULL AS none
  FROM known, (SELECT promotions AS p FROM calendar) AS x;
SELECT abs(sum(crm.log_likelihood(buying, history, '2026-06-30', promotions, none)) / max((crm.fit_info(buying)).log_likelihood) - 1) < 1e-10 AS sum_over_customers
  FROM model, seen, calendar;

-- What is refused.
SELECT crm.p_alive(m, history, '2026-03-31', promotions, none) FROM known, calendar;
SELECT crm.p_alive(m, history, '2026-03-31', '[["2026-01-01", [1e6]]]') FROM known;
SELECT crm.expected_purchases(m, history, '2026-03-31', promotions, -1) FROM known, calendar;
SELECT crm.p_alive(plain, history, '2026-03-31', promotions) FROM model, known, calendar;
SELECT crm.p_alive(m, crm.rfm(history, '2026-03-31')) FROM known;
SELECT crm.fit_pareto_nbd(history, '2026-06-30', CASE WHEN customer % 2 = 0 THEN promotions ELSE none END ORDER BY customer) FROM seen, calendar;
SELECT crm.fit_pareto_nbd(history, '2026-06-30', promotions, jsonb '{"fix": {"purchase_2": 0}}') FROM seen, calendar;
SELECT crm.fit_pareto_nbd(history, '2026-06-30', promotions, jsonb_build_object('penalty', customer)) FROM seen, calendar;
SELECT skipped FROM (SELECT crm.fit_pareto_nbd(CASE WHEN customer > 7 THEN history END, '2026-06-30', promotions) AS m FROM seen, calendar) AS x, crm.fit_info(m);
SELECT crm.fit_pareto_nbd(history, '2026-06-30', promotions) IS NULL AS no_rows FROM seen, calendar WHERE false;

-- A value like any model; any order and number of workers.
SELECT buying::text::crm.model::text = buying::text AS text FROM model;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT crm.fit_pareto_nbd(history, '2026-06-30', promotions, none)::text = (SELECT buying::text FROM model) AS parallel
  FROM seen, calendar;
SELECT crm.covariate_path(starts, ARRAY[promotion::int]::float8[])::text = (SELECT promotions::text FROM calendar) AS parallel FROM week;

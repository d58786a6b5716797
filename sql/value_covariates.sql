-- Members buy more often and stay longer: a model that knows of membership says so.
CREATE SCHEMA value_covariates;
SET search_path = value_covariates, public;
SET extra_float_digits = 0;
CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
\set customers 2000
\set ECHO none
\i scripts/demo-steps/shop.sql
\set ECHO all
-- Every third customer is a member; what others bought on odd days is taken away from them.
CREATE TABLE seen AS
SELECT customer, member, crm.rfm(ordered_at, amount, '2026-06-30') AS r
  FROM orders, LATERAL (SELECT right(customer_id, 5)::int AS customer) AS c, LATERAL (SELECT (customer % 3 = 0)::int AS member) AS m
 WHERE member = 1 OR extract(day FROM ordered_at)::int % 2 = 0
 GROUP BY customer, member;
CREATE TABLE model AS
SELECT crm.fit_bg_nbd(r) AS plain, crm.fit_bg_nbd(r, ARRAY[member]::float8[]) AS one,
       crm.fit_bg_nbd(r, ARRAY[member]::float8[], '{}'::float8[]) AS buying_only,
       crm.fit_pareto_nbd(r, ARRAY[member, customer % 2]::float8[], ARRAY[member]::float8[]) AS pareto,
       crm.fit_mbg_nbd(r, ARRAY[member]::float8[], jsonb '{"fix": {"a_1": 0, "b_1": 0}}') AS mbg
  FROM seen;
SELECT kind, observations, parameters, distinct_observations, converged, message
  FROM model, crm.fit_info(one), LATERAL (SELECT (one::jsonb -> 'fit' ->> 'parameters')::int AS parameters) AS p;
SELECT name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM model, crm.coef(one);
SELECT name FROM model, crm.coef(pareto);
SELECT name, estimate FROM model, crm.coef(mbg) WHERE name ~ '_1$' AND name !~ 'purchase';
SELECT degrees_of_freedom, p_value < 0.001 AS members_differ FROM model, crm.likelihood_ratio_test(plain, one);
SELECT degrees_of_freedom FROM model, crm.likelihood_ratio_test(buying_only, one);

-- Scores ask for the model of a customer.
SELECT member, (crm.fit_info(own)).kind, round(crm.p_alive(own, 2, 100, 200)::numeric, 4) AS p_alive,
       round(crm.expected_purchases(own, 2, 100, 200, interval '1 year')::numeric, 4) AS next_year
  FROM model, generate_series(0, 1) AS member, crm.with_covariates(one, ARRAY[member]) AS own;
SELECT abs(sum(crm.log_likelihood(crm.with_covariates(one, ARRAY[member]), r)) / max((crm.fit_info(one)).log_likelihood) - 1) < 1e-9 AS sum_over_customers
  FROM model, seen;
SELECT crm.p_alive(one, 2, 100, 200) FROM model;
SELECT crm.with_covariates(one, '{1,2}') FROM model;
SELECT crm.with_covariates(pareto, '{1}') FROM model;
SELECT crm.with_covariates(pareto, '{1,0}', '{1}') IS NOT NULL AS two_sides, crm.with_covariates(pareto, NULL, '{1}') IS NULL AS none FROM model;
SELECT crm.with_covariates(one, '{NaN}') FROM model;
SELECT crm.with_covariates(plain, '{1}') FROM model;

-- A value like any model; made from known parameters too; any order and number of workers.
SELECT one::text::crm.model::text = one::text AS text FROM model;
SELECT crm.make_model('pareto_nbd_covariates', '{"r": 0.5, "alpha": 10, "s": 0.6, "beta": 12, "purchase_1": 0.3, "lifetime_1": -0.2}');
SELECT crm.make_model('pareto_nbd_covariates', '{"r": 0.5, "alpha": 10, "s": 0.6, "beta": 12, "purchase_2": 0.3}');
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT crm.fit_bg_nbd(r, ARRAY[member]::float8[])::text = (SELECT one::text FROM model) AS parallel FROM seen;
SET max_parallel_workers_per_gather = 0;
SELECT skipped FROM (SELECT crm.fit_bg_nbd(r, CASE WHEN customer > 7 THEN ARRAY[member]::float8[] END) AS m FROM seen) AS x, crm.fit_info(m);
SELECT crm.fit_bg_nbd(r, array_fill(1::float8, ARRAY[customer % 2 + 1])) FROM seen;
SELECT crm.fit_bg_nbd(r, array_fill(1::float8, ARRAY[101])) FROM seen;
SELECT crm.fit_bg_nbd(r, ARRAY[member]::float8[], jsonb '{"start": {"purchase_2": 1}}') FROM seen;
SELECT crm.fit_bg_nbd(r, ARRAY[member]::float8[], jsonb_build_object('penalty', member)) FROM seen;

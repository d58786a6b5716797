-- A shop of 3,000 customers, drawn from the model itself (r .243, alpha 30.9 days, a .793, b 2.426).
CREATE SCHEMA value_bg_nbd;
SET search_path = value_bg_nbd, public;
SET extra_float_digits = 0;
CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
\set customers 3000
\set ECHO none
\i scripts/demo-steps/shop.sql
\set ECHO all
CREATE TABLE seen AS
SELECT right(customer_id, 5)::int AS customer, crm.rfm(ordered_at, amount, '2026-06-30') AS r FROM orders GROUP BY customer_id;
CREATE TABLE model AS SELECT crm.fit_bg_nbd(r) AS buying FROM seen;
SELECT kind, observations, distinct_observations, skipped, round(log_likelihood::numeric, 4) AS log_likelihood,
       round(aic::numeric, 3) AS aic, round(bic::numeric, 3) AS bic, converged, message
  FROM model, crm.fit_info(buying);
SELECT name, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error,
       lower < estimate AND estimate < upper AS inside
  FROM model, crm.coef(buying);
-- The fit's log-likelihood is the sum over customers.
SELECT abs(sum(crm.log_likelihood(buying, r)) - (crm.fit_info(min(buying::text)::crm.model)).log_likelihood) < 1e-6 AS same
  FROM model, seen;

SELECT customer, r, round(crm.p_alive(buying, r)::numeric, 6) AS p_alive,
       round(crm.churn_probability(buying, r)::numeric, 6) AS churned,
       round(crm.churn_probability(buying, r, interval '90 days')::numeric, 6) AS silent_90_days,
       round(crm.expected_purchases(buying, r, interval '1 year')::numeric, 6) AS next_year
  FROM model, seen WHERE customer <= 12 ORDER BY customer;
SELECT round(crm.expected_purchases(buying, interval '1 year')::numeric, 6) AS new_customer, crm.expected_purchases(buying, 0) AS at_once FROM model;
SELECT crm.why(buying, r) FROM model, seen WHERE customer <= 12 ORDER BY customer;

-- Plain columns and intervals say the same as summaries and days.
SELECT bool_and(crm.p_alive(buying, r) = crm.p_alive(buying, (r).frequency, (r).recency, (r).age)) AS p_alive,
       bool_and(crm.churn_probability(buying, r) = 1 - crm.p_alive(buying, r)
                AND crm.churn_probability(buying, (r).frequency, (r).recency, (r).age) = 1 - crm.p_alive(buying, r)) AS churn_probability,
       bool_and(crm.churn_probability(buying, r, 30) = crm.churn_probability(buying, r, interval '30 days')
                AND crm.churn_probability(buying, r, 30) = crm.churn_probability(buying, (r).frequency, (r).recency, (r).age, 30)) AS within,
       bool_and(crm.expected_purchases(buying, r, 365.25) = crm.expected_purchases(buying, r, interval '1 year')
                AND crm.expected_purchases(buying, r, 30) = crm.expected_purchases(buying, (r).frequency, (r).recency, (r).age, 30)) AS expected
  FROM model, seen;
-- Any kind of number is a column; count(*) is a bigint.
SELECT crm.p_alive(buying, 2::bigint, 30, 90.5) = crm.p_alive(buying, ROW(2, 30, 90.5, NULL)) AS p_alive,
       crm.expected_purchases(buying, 2, 30, 90.5, interval '30 days') = crm.expected_purchases(buying, ROW(2, 30, 90.5, NULL), 30) AS expected,
       crm.churn_probability(buying, 2, 30, 90.5, interval '30 days') = crm.churn_probability(buying, ROW(2, 30, 90.5, NULL), 30) AS within,
       crm.log_likelihood(buying, 2, 30, 90.5) = crm.log_likelihood(buying, ROW(2, 30, 90.5, NULL)) AS log_likelihood,
       crm.why(buying, 2, 30, 90.5) = crm.why(buying, ROW(2, 30, 90.5, NULL)) AS why,
       crm.p_alive(buying, NULL, 30, 90) IS NULL AND crm.why(buying, NULL, 30, 90) IS NULL AS null_in_null_out
  FROM model;
SELECT crm.p_alive(buying, 1.5, 30, 90) FROM model;

-- Equal rows weigh what their number says; order, grouping and workers do not matter.
SELECT crm.fit_bg_nbd(r)::text = (SELECT buying::text FROM model) AS backwards FROM (SELECT r FROM seen ORDER BY customer DESC) AS x;
SELECT crm.fit_bg_nbd(r, n)::jsonb -> 'parameters' = (SELECT buying::jsonb -> 'parameters' FROM model) AS weighted
  FROM (SELECT r, count(*) AS n FROM seen GROUP BY r) AS x;
SELECT crm.fit_bg_nbd((r).frequency, (r).recency, (r).age)::text = (SELECT buying::text FROM model) AS plain FROM seen;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.fit_bg_nbd(r) FROM seen;
SELECT crm.fit_bg_nbd(r)::text = (SELECT buying::text FROM model) AS parallel FROM seen;
SET max_parallel_workers_per_gather = 0;

-- Weeks instead of days change the unit of alpha and of nothing else.
SELECT name, round((w.estimate / d.estimate)::numeric, 6) AS ratio
  FROM (SELECT crm.fit_bg_nbd((r).frequency, (r).recency / 7, (r).age / 7) AS weekly FROM seen) AS x, model,
       crm.coef(weekly) AS w JOIN crm.coef(buying) AS d USING (name);

-- A model is a value: text, jsonb and storage keep every bit.
SELECT buying::text::crm.model::text = buying::text AS text,
       crm.p_alive(buying::text::crm.model, 3, 100, 200) = crm.p_alive(buying, 3, 100, 200) AS scores FROM model;
SELECT jsonb_object_keys(buying::jsonb) AS key FROM model;

-- Published parameters, by the names of the literature (here in weeks).
CREATE TABLE published AS SELECT crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}') AS m;
SELECT m FROM published;
SELECT round(crm.p_alive(m, 2, 30.43, 38.86)::numeric, 4) AS p_alive, round(crm.expected_purchases(m, 2, 30.43, 38.86, 39)::numeric, 3) AS expected FROM published;
SELECT * FROM published, crm.fit_info(m);
SELECT c.* FROM published, crm.coef(m) AS c;
SELECT crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793}');
SELECT crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "beta": 2.426}');
SELECT crm.make_model('bg_nbd', '{"r": -1, "alpha": 4.414, "a": 0.793, "b": 2.426}');
-- The hint names all kinds there are.
\set VERBOSITY terse
SELECT crm.make_model('bg_nbt', '{}');
\set VERBOSITY default
SELECT crm.p_alive(crm.make_model('gamma_gamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 1, 1, 2);
SELECT crm.expected_purchases(m, 1, 1, 2, -1) FROM published;
SELECT crm.expected_purchases(m, 1, 1, 2, 'infinity'::float8) FROM published;
SELECT crm.churn_probability(m, ROW(1, 1, 2, 3), interval '-1 day') FROM published;
SELECT crm.p_alive(NULL, r) IS NULL AS no_model, crm.p_alive(m, NULL) IS NULL AS no_customer FROM published, (SELECT NULL::crm.rfm AS r) AS x;

-- Thin data: a value that says why, one warning, and scores that are NULL.
CREATE TABLE thin AS SELECT 'nobody came back' AS segment, ROW(0, 0, n, NULL)::crm.rfm AS r FROM generate_series(1, 20) AS n
UNION ALL SELECT 'one customer', ROW(3, 20, 30, 10)::crm.rfm
UNION ALL SELECT 'all equal', ROW(3, 20, 30, 10)::crm.rfm FROM generate_series(1, 20)
UNION ALL SELECT 'all new', ROW(0, 0, 0, NULL)::crm.rfm FROM generate_series(1, 20)
UNION ALL SELECT 'heavy', ROW(10000, 300, 300 + n, 10)::crm.rfm FROM generate_series(0, 20) AS n
UNION ALL SELECT 'enough', r FROM seen;
CREATE TABLE by_segment AS SELECT segment, crm.fit_bg_nbd(r) AS m FROM thin GROUP BY segment;
SELECT segment, i.observations, i.distinct_observations AS distinct, i.converged, i.message FROM by_segment, crm.fit_info(m) AS i ORDER BY segment;
SELECT segment, name, estimate IN (0, 'infinity') AS boundary, std_error IS NULL AS no_error
  FROM by_segment, crm.coef(m) WHERE segment <> 'enough' ORDER BY segment, name;
SELECT segment, round(crm.p_alive(m, 3, 20, 30)::numeric, 4) AS p_alive, round(crm.expected_purchases(m, 3, 20, 30, 30)::numeric, 3) AS expected FROM by_segment ORDER BY segment;
SELECT crm.fit_bg_nbd(r) IS NULL AS nobody FROM seen WHERE false;
SELECT crm.fit_bg_nbd(NULL::crm.rfm) IS NULL AS only_nulls FROM seen;
SELECT skipped FROM (SELECT crm.fit_bg_nbd(CASE WHEN customer > 10 THEN r END) AS m FROM seen) AS x, crm.fit_info(m);
SELECT crm.fit_bg_nbd(r, -1) FROM seen;
SELECT crm.fit_bg_nbd(r, 'NaN'::float8) FROM seen;

-- Bytes of version 1, for ever.
SELECT crm.model_send(m) FROM published;

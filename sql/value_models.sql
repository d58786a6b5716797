-- The family of purchase models on one shop (drawn from the BG/NBD): the same questions, compared.
CREATE SCHEMA value_models;
SET search_path = value_models, public;
SET extra_float_digits = 0;
CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
\set customers 2000
\set ECHO none
\i scripts/demo-steps/shop.sql
\set ECHO all
CREATE TABLE history AS SELECT right(customer_id, 5)::int AS customer, crm.timeline(ordered_at, amount) AS t FROM orders GROUP BY customer_id;
CREATE TABLE seen AS SELECT customer, t, crm.rfm(t, '2026-06-30') AS r FROM history;
CREATE TABLE model AS
SELECT 1 AS position, crm.fit_bg_nbd(r) AS m FROM seen
UNION ALL SELECT 2, crm.fit_mbg_nbd(r) FROM seen
UNION ALL SELECT 3, crm.fit_pareto_nbd(r) FROM seen
UNION ALL SELECT 4, crm.fit_ggom_nbd(r) FROM seen
UNION ALL SELECT 5, crm.fit_bg_cnbd_k(t, '2026-06-30') FROM seen
UNION ALL SELECT 6, crm.fit_mbg_cnbd_k(t, '2026-06-30', jsonb '{"fix": {"k": 2}}') FROM seen;
SELECT position, kind, converged, message FROM model, crm.fit_info(m) ORDER BY position;
SELECT kind, name, round(estimate::numeric, 4) AS estimate, std_error IS NOT NULL AS has_error
  FROM model, crm.fit_info(m), crm.coef(m) WITH ORDINALITY AS c (name, estimate, std_error, lower, upper, place) ORDER BY position, place;
SELECT c.position, c.kind, parameters, round(log_likelihood::numeric, 2) AS log_likelihood, round(delta_aic::numeric, 2) AS delta_aic
  FROM (SELECT array_agg(m ORDER BY position) AS models FROM model) AS x, crm.compare(models) AS c;

-- Customers of every kind under every model.
SELECT kind, r, round(crm.p_alive(m, r)::numeric, 4) AS p_alive, round(crm.churn_probability(m, r, 90)::numeric, 4) AS silent_90_days,
       round(crm.expected_purchases(m, r, 365.25)::numeric, 3) AS next_year, crm.purchase_interval(m, r, 365.25, 0.8) AS most_likely,
       round(crm.p_alive(m, r, 365.25)::numeric, 4) AS alive_in_a_year, round((crm.next_purchase(m, r, 0.8)).median::numeric, 1) AS next_after
  FROM model, crm.fit_info(m), unnest(ARRAY[crm.rfm(0, 0, 170), crm.rfm(8, 435, 502), crm.rfm(1, 16, 417), crm.rfm(0, 0, 0), crm.rfm(300, 400, 401)]) AS r
 ORDER BY position, r;
SELECT kind, bool_and(abs((SELECT sum(purchases * probability) FROM crm.purchase_distribution(m, r, 365.25)) / crm.expected_purchases(m, r, 365.25) - 1) < 1e-5) AS means_agree,
       bool_and(abs((SELECT probability FROM crm.purchase_distribution(m, r, 365.25) WHERE purchases = 0) - crm.churn_probability(m, r, 365.25)) < 1e-9) AS none_agree
  FROM model, crm.fit_info(m), seen WHERE customer <= 40 GROUP BY position, kind ORDER BY position;
SELECT kind, bool_and(m::text::crm.model::text = m::text) AS text FROM model, crm.fit_info(m) GROUP BY position, kind ORDER BY position;
SELECT kind, round(sum(crm.residual_clv(m, s, r, 0.1))::numeric, -2) AS residual, round(sum(crm.clv(m, s, r, 365.25, 0.1))::numeric, -1) AS year
  FROM model, crm.fit_info(m), seen, (SELECT crm.fit_gamma_gamma(t, '2026-06-30') AS s FROM seen) AS spend
 WHERE customer <= 100 GROUP BY position, kind ORDER BY position;

-- Discrete opportunities: who gave in which of six yearly campaigns.
CREATE TABLE donors AS
SELECT x, t, 6 AS n, 1 + (37 * x + 11 * t) % 20 AS donors FROM generate_series(0, 6) AS x, generate_series(0, 6) AS t
 WHERE (x = 0) = (t = 0) AND x <= t;
SELECT kind, observations, distinct_observations, converged, round(log_likelihood::numeric, 3) AS log_likelihood
  FROM (SELECT crm.fit_bg_bb(x, t, n, donors) AS m FROM donors) AS f, crm.fit_info(m);
SELECT x, t, round(crm.p_alive(m, x, t, n)::numeric, 4) AS p_alive, round(crm.expected_purchases(m, x, t, n, 5)::numeric, 4) AS next_five
  FROM (SELECT crm.fit_bg_bb(x, t, n, donors) AS m FROM donors) AS f, donors WHERE x IN (0, 3, 6) ORDER BY x, t;
SELECT round(probability::numeric, 4) AS probability, median, lower, upper
  FROM (SELECT crm.fit_bg_bb(x, t, n, donors) AS m FROM donors) AS f, crm.next_purchase(m, 3, 4, 6, 0.8);
SELECT crm.next_purchase(m, crm.rfm(3, 4, 6), date '2026-06-30') FROM (SELECT crm.fit_bg_bb(x, t, n, donors) AS m FROM donors) AS f;
SELECT crm.why(m, 3, 4, 6) FROM (SELECT crm.fit_bg_bb(x, t, n, donors) AS m FROM donors) AS f;
SELECT crm.fit_bg_bb(1, 1.5, 6);

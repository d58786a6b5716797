-- CDNOW, the sample of 2,357 customers, calibrated on 39 weeks: what the literature prints.
\getenv data PG_CRM_TEST_DATA
\if :{?data}
\else
\echo skipped: PG_CRM_TEST_DATA is not set
\quit
\endif
CREATE SCHEMA value_cdnow;
SET search_path = value_cdnow, public;
SET extra_float_digits = 0;
CREATE TABLE cdnow (customer int, at date, cds int, spend numeric);
\set file :data '/cdnow/cdnow_transactions.csv'
\set load '\\copy cdnow FROM ' :'file' ' CSV HEADER'
:load
CREATE TABLE history AS SELECT customer, crm.timeline(at, spend) AS t FROM cdnow GROUP BY customer;
SELECT count(*), sum(crm.orders(t)) AS orders, round(sum(crm.revenue(t))::numeric, 2) AS revenue FROM history;
CREATE TABLE seen AS SELECT customer, t, crm.rfm(t, '1997-09-30') AS r FROM history;
SELECT count(*), sum((r).frequency) AS repeats, count(*) FILTER (WHERE (r).frequency > 0) AS repeaters,
       sum(crm.purchase_days(crm.since(t, '1997-09-30'))) AS held_out FROM seen;
-- In weeks, as published: r .243, alpha 4.414, a .793, b 2.426, log-likelihood -9582.4.
CREATE TABLE model AS
SELECT crm.fit_bg_nbd((r).frequency, (r).recency / 7, (r).age / 7) AS weekly, crm.fit_bg_nbd(r) AS daily, crm.fit_gamma_gamma(r) AS spending
  FROM seen;
SELECT i.observations, round(i.log_likelihood::numeric, 5) AS log_likelihood, i.converged FROM model, crm.fit_info(weekly) AS i;
SELECT name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM model, crm.coef(weekly);
SELECT i.observations, round(i.log_likelihood::numeric, 5) AS log_likelihood, i.converged FROM model, crm.fit_info(spending) AS i;
SELECT name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM model, crm.coef(spending);
-- Customer 1: P(alive) .7266, 1.226 purchases in the next 39 weeks, 24.65 dollars each.
SELECT r, round(crm.p_alive(daily, r)::numeric, 4) AS p_alive, round(crm.expected_purchases(daily, r, 39 * 7)::numeric, 4) AS expected,
       round(crm.expected_spend(spending, r)::numeric, 2) AS spend
  FROM model, seen WHERE customer = 1;
SELECT round(sum(crm.p_alive(daily, r))::numeric, 2) AS alive, round(sum(crm.expected_purchases(daily, r, 39 * 7))::numeric, 2) AS expected FROM model, seen;
-- Every customer, against the predictions of three packages.
CREATE TABLE reference (id int, x int, t_x float8, age float8, m_x float8, x_holdout int, spend_holdout float8, peer text, model text,
                        p_alive float8, cet float8, dert float8, mean_spend float8, clv float8);
\set command 'gzip -dc "' :data '/cdnow/reference_predictions_all.csv.gz"'
\set load '\\copy reference FROM PROGRAM ' :'command' ' CSV HEADER'
:load
SELECT peer, count(*), bool_and(abs(crm.p_alive(daily, r) - p_alive) < 1e-3 * p_alive) AS p_alive,
       bool_and(abs(crm.expected_purchases(daily, r, 39 * 7) - cet) < 1e-3 * cet) AS expected,
       bool_and(abs(crm.expected_spend(spending, r) - mean_spend) < 1e-3 * mean_spend) AS spend
  FROM model, seen JOIN reference ON id = customer WHERE reference.model = 'bgnbd' GROUP BY peer ORDER BY peer;
SELECT count(*) AS no_difference FROM seen JOIN reference ON id = customer
 WHERE peer LIKE 'lifetimes%' AND model = 'bgnbd' AND (r).frequency = x AND abs((r).recency / 7 - t_x) < 1e-6 AND abs((r).age / 7 - age) < 1e-6;

-- The family, in weeks, on one sample: the log-likelihoods of the literature and its packages.
CREATE TABLE family AS
SELECT 1 AS position, crm.fit_bg_nbd((r).frequency, (r).recency / 7, (r).age / 7) AS m FROM seen
UNION ALL SELECT 2, crm.fit_mbg_nbd((r).frequency, (r).recency / 7, (r).age / 7) FROM seen
UNION ALL SELECT 3, crm.fit_pareto_nbd((r).frequency, (r).recency / 7, (r).age / 7) FROM seen
UNION ALL SELECT 4, crm.fit_ggom_nbd((r).frequency, (r).recency / 7, (r).age / 7) FROM seen
UNION ALL SELECT 5, crm.fit_mbg_cnbd_k(crm.rfm((r).frequency, (r).recency / 7, (r).age / 7), crm.log_gaps(t, '1997-09-30') - (r).frequency * ln(7)) FROM seen
UNION ALL SELECT 6, crm.fit_mbg_cnbd_k(crm.rfm((r).frequency, (r).recency / 7, (r).age / 7), crm.log_gaps(t, '1997-09-30') - (r).frequency * ln(7), jsonb '{"fix": {"k": 2}}') FROM seen;
SELECT kind, round(log_likelihood::numeric, 5) AS log_likelihood, message FROM family, crm.fit_info(m) ORDER BY position;
SELECT kind, name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error
  FROM family, crm.fit_info(m), crm.coef(m) WHERE position IN (2, 3) OR name = 'k' ORDER BY position, name;
-- Customer 1: P(alive) .7266, .7061, .8691; a residual value of 159.8 at a discount of .0027 a week.
SELECT kind, round(crm.p_alive(m, 2, 213 / 7.0, 272 / 7.0)::numeric, 4) AS p_alive,
       round(crm.expected_purchases(m, 2, 213 / 7.0, 272 / 7.0, 39)::numeric, 4) AS expected
  FROM family, crm.fit_info(m) WHERE position <= 3 ORDER BY position;
SELECT round(crm.residual_clv(buying, spending, r, 0.0027 * 365.25 / 7)::numeric, 2) AS value
  FROM (SELECT crm.fit_pareto_nbd(r) AS buying, crm.fit_gamma_gamma(r) AS spending FROM seen) AS x, seen WHERE customer = 1;
SELECT reference.model, peer, count(*), bool_and(abs(crm.p_alive(m, x, recency, age) - p_alive) < 2e-3 * p_alive) AS p_alive,
       bool_and(abs(crm.expected_purchases(m, x, recency, age, 39) - cet) < 2e-3 * cet) AS expected
  FROM (SELECT model, peer, p_alive, cet, customer, (r).frequency AS x, (r).recency / 7 AS recency, (r).age / 7 AS age
          FROM seen JOIN reference ON id = customer) AS reference
  JOIN family ON model = CASE position WHEN 2 THEN 'mbgnbd' WHEN 3 THEN 'pnbd' END
 GROUP BY reference.model, peer ORDER BY reference.model, peer;
-- One customer's amounts vary more than their means suppose.
SELECT name, round(means.estimate::numeric, 3) AS of_means, round(amounts.estimate::numeric, 3) AS of_amounts, amounts.std_error < means.std_error AS surer
  FROM (SELECT crm.fit_gamma_gamma(r) AS m, crm.fit_gamma_gamma(t, '1997-09-30') AS a FROM seen) AS x,
       crm.coef(m) AS means JOIN LATERAL crm.coef(a) AS amounts USING (name);

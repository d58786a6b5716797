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

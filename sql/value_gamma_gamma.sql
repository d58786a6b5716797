-- Mean amounts of those who bought again.
CREATE SCHEMA value_gamma_gamma;
SET search_path = value_gamma_gamma, public;
SET extra_float_digits = 0;
CREATE TABLE seen AS
SELECT ROW(f, CASE WHEN f > 0 THEN (1 + n * 37 % 180)::float8 ELSE 0 END, 200, CASE WHEN f > 0 THEN exp(3 + sin(n) + cos(n * 1.7) / f) END)::crm.rfm AS r
  FROM (SELECT n, n * 7 % 9 AS f FROM generate_series(1, 2000) AS n) AS x;
CREATE TABLE model AS SELECT crm.fit_gamma_gamma(r) AS spending FROM seen;
SELECT kind, observations, distinct_observations, skipped, round(log_likelihood::numeric, 4) AS log_likelihood, converged, message
  FROM model, crm.fit_info(spending);
SELECT name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM model, crm.coef(spending);
SELECT abs(sum(crm.log_likelihood(spending, r)) - (crm.fit_info(min(spending::text)::crm.model)).log_likelihood) < 1e-6 AS same
  FROM model, seen;
-- A customer's own mean is drawn towards that of all, the less the more is known.
SELECT frequency, round(crm.expected_spend(spending, frequency, 100)::numeric, 4) AS spends_100,
       round(crm.expected_spend(spending, frequency, 1)::numeric, 4) AS spends_1
  FROM model, unnest('{1,2,10,100,100000}'::int[]) AS frequency;
SELECT round(crm.expected_spend(spending, 0, NULL)::numeric, 4) AS unknown, round(crm.expected_spend(spending, ROW(0, 0, 5, NULL))::numeric, 4) AS of_rfm,
       crm.expected_spend(spending, 3, -5) = crm.expected_spend(spending, 3, 0) AS refunded FROM model;
-- Weights, plain columns, another currency.
SELECT crm.fit_gamma_gamma(r, 1)::text = (SELECT spending::text FROM model) AS weight_1,
       crm.fit_gamma_gamma((r).frequency, (r).monetary)::text = (SELECT spending::text FROM model) AS plain,
       crm.fit_gamma_gamma((r).frequency, (r).monetary, 1)::text = (SELECT spending::text FROM model) AS plain_weight_1
  FROM seen;
SELECT name, round((c.estimate / e.estimate)::numeric, 6) AS ratio
  FROM (SELECT crm.fit_gamma_gamma((r).frequency, (r).monetary * 100) AS cents FROM seen) AS x, model,
       crm.coef(cents) AS c JOIN crm.coef(spending) AS e USING (name);
-- Customers without a positive mean amount are not read; thin data say so.
SELECT i.observations, i.skipped, i.converged, i.message
  FROM (SELECT crm.fit_gamma_gamma(f, m) AS model FROM (VALUES (0, NULL), (2, 0), (3, -1)) AS v (f, m)) AS x, crm.fit_info(model) AS i;
SELECT i.observations, i.converged, i.message
  FROM (SELECT crm.fit_gamma_gamma(3, 10) AS model) AS x, crm.fit_info(model) AS i;
-- No finite mean, no expectation.
SELECT crm.expected_spend(m, 0, NULL) IS NULL AS population, round(crm.expected_spend(m, 5, 10)::numeric, 4) AS customer
  FROM (SELECT crm.make_model('gamma_gamma', '{"p": 1, "q": 0.9, "gamma": 10}') AS m) AS x;
SELECT crm.expected_spend(crm.make_model('bg_nbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}'), 1, 10);
SELECT crm.model_send(crm.make_model('gamma_gamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'));

-- Which of several models to prefer: a likelihood-ratio test and information criteria.
CREATE SCHEMA model_selection;
SET search_path = model_selection, public;
SET extra_float_digits = 0;
CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
\set customers 1000
\set ECHO none
\i scripts/demo-steps/shop.sql
\set ECHO all
CREATE TABLE seen AS SELECT crm.rfm(ordered_at, amount, '2026-06-30') AS r FROM orders GROUP BY customer_id;
CREATE TABLE model AS
SELECT crm.fit_bg_nbd(r) AS free, crm.fit_bg_nbd(r, jsonb '{"fix": {"a": 1, "b": 3}}') AS held,
       crm.fit_gamma_gamma(r) AS spending, crm.fit_bg_nbd(r, jsonb '{"max_iterations": 0}') AS failed FROM seen;

SELECT round(statistic::numeric, 4) AS statistic, degrees_of_freedom, round(p_value::numeric, 6) AS p_value FROM model, crm.likelihood_ratio_test(held, free);
SELECT t.statistic = 2 * (f.log_likelihood - h.log_likelihood) AS statistic, abs(t.p_value - exp(-t.statistic / 2)) < 1e-15 AS p_value
  FROM model, crm.likelihood_ratio_test(held, free) AS t, crm.fit_info(free) AS f, crm.fit_info(held) AS h;
SELECT position, kind, parameters, round(log_likelihood::numeric, 3) AS log_likelihood, round(delta_aic::numeric, 3) AS delta_aic,
       round(delta_bic::numeric, 3) AS delta_bic, round(akaike_weight::numeric, 4) AS weight
  FROM model, crm.compare(ARRAY[free, held, failed]);
SELECT count(*) FROM crm.compare('{}');
SELECT crm.likelihood_ratio_test(free, held) FROM model;
SELECT crm.likelihood_ratio_test(held, spending) FROM model;
SELECT crm.likelihood_ratio_test(held, failed) FROM model;
SELECT crm.compare(ARRAY[free, spending]) FROM model;
SELECT crm.compare(ARRAY[free, NULL]) FROM model;
SELECT crm.compare(ARRAY[free, crm.make_model('gamma_gamma', '{"p": 6, "q": 4, "gamma": 15}')]) FROM model;

-- Options of a fit.
SELECT name, round(c.estimate::numeric, 4) AS estimate, round(c.std_error::numeric, 4) AS std_error FROM model, crm.coef(held) AS c;
SELECT held::text::crm.model::text = held::text AS value, held::jsonb -> 'boundary' AS boundary FROM model;
WITH tried AS (
    SELECT 1 AS try, crm.fit_bg_nbd(r, 2, jsonb '{"penalty": 2}') AS m FROM seen
    UNION ALL SELECT 2, crm.fit_bg_nbd(r, jsonb '{"penalty": 1}') FROM seen
    UNION ALL SELECT 3, crm.fit_bg_nbd(r, jsonb '{"prior": {"a": {"gamma": [1000, 1000]}}}') FROM seen
    UNION ALL SELECT 4, crm.fit_bg_nbd(r, jsonb '{"start": {"r": 10, "alpha": 1}}') FROM seen
    UNION ALL SELECT 5, crm.fit_bg_nbd(r, NULL::jsonb) FROM seen
    UNION ALL SELECT 6, crm.fit_bg_nbd(r, jsonb '{"bootstrap": {"replicates": 50, "seed": 1}}') FROM seen)
SELECT try, name, round(estimate::numeric, 4) AS estimate, std_error > 0 AS has_error, message
  FROM tried, crm.coef(m), crm.fit_info(m) WHERE name IN ('r', 'a') ORDER BY try, name DESC;
SELECT crm.fit_bg_nbd(r, jsonb '{"penalti": 1}') FROM seen;
SELECT crm.fit_bg_nbd(r, jsonb '{"start": {"q": 1}}') FROM seen;
SELECT crm.fit_bg_nbd(r, jsonb '[]') FROM seen;
SELECT crm.fit_bg_nbd(r, jsonb_build_object('penalty', (r).frequency % 2)) FROM seen;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT crm.fit_bg_nbd(r, jsonb '{"fix": {"a": 1, "b": 3}}')::text = (SELECT held::text FROM model) AS parallel FROM seen;

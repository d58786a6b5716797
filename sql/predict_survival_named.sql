-- How long customers stay, by what is known of them as it is kept: numbers, texts, nothing.
CREATE SCHEMA predict_survival_named;
SET search_path = predict_survival_named, public;
SET extra_float_digits = 0;
CREATE TABLE subscriber AS
SELECT n, plan, price, region, 1 + floor(least(life, seen)) AS days, life < seen AS cancelled, CASE WHEN n % 4 = 0 THEN floor(least(life, seen) / 2) END AS entered
  FROM generate_series(1, 600) AS n,
       LATERAL (SELECT CASE WHEN n % 3 = 0 THEN 'yearly' ELSE 'monthly' END AS plan, 5 + n % 7 AS price, (ARRAY['north', 'south', 'west'])[1 + n % 5 % 3] AS region) AS a,
       LATERAL (SELECT -ln((n * 7919 % 1009 + 0.5) / 1009) * CASE plan WHEN 'yearly' THEN 900 ELSE 300 END * 8 / price AS life, 30 + n * 31 % 700 AS seen) AS b;
CREATE VIEW described AS SELECT *, jsonb_build_object('plan', plan, 'price', CASE WHEN n % 10 > 0 THEN price END, 'region', region) AS features FROM subscriber;
CREATE TABLE model AS
SELECT crm.fit_cox(days, cancelled, features) AS cox, crm.fit_weibull(days, cancelled, features) AS weibull, crm.fit_exponential(days, cancelled, features) AS exponential,
       crm.fit_lognormal(days, cancelled, features) AS lognormal, crm.fit_loglogistic(days, cancelled, features) AS loglogistic FROM described;
SELECT name, round(hazard_ratio::numeric, 4) AS hazard_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM model, crm.hazard_ratios(cox);
SELECT name, round(time_ratio::numeric, 4) AS time_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM model, crm.time_ratios(weibull);
SELECT name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM model, crm.coef(lognormal);

-- They are the fits to columns of 0 and 1, with missing numbers at the average.
CREATE VIEW columns AS SELECT *, ARRAY[(plan = 'yearly')::int, CASE WHEN n % 10 > 0 THEN price ELSE (SELECT avg(price) FROM subscriber WHERE n % 10 > 0) END, (n % 10 = 0)::int, (region = 'south')::int, (region = 'west')::int]::float8[] AS x FROM subscriber;
SELECT kind, count(*) AS coefficients, bool_and(abs(a.estimate - b.estimate) < 1e-6 * (1 + abs(b.estimate)) AND abs(a.std_error - b.std_error) < 1e-6) AS same
  FROM model, (SELECT crm.fit_cox(days, cancelled, x, '{"names": ["plan=yearly", "price", "price=missing", "region=south", "region=west"]}') AS cox, crm.fit_weibull(days, cancelled, x, '{"names": ["plan=yearly", "price", "price=missing", "region=south", "region=west"]}') AS weibull FROM columns) AS arrays,
       LATERAL (SELECT 'cox' AS kind, model.cox AS named, arrays.cox AS plain UNION ALL SELECT 'weibull', model.weibull, arrays.weibull) AS k, crm.coef(named) AS a JOIN LATERAL crm.coef(plain) AS b USING (name) GROUP BY kind ORDER BY kind;

-- What they say of one customer.
SELECT n, round(crm.survival(cox, features, 365)::numeric, 4) AS cox, round(crm.survival(weibull, features, 365)::numeric, 4) AS weibull, round(crm.survival(lognormal, features, 365)::numeric, 4) AS lognormal,
       crm.median_lifetime(cox, features) AS median, round(crm.median_lifetime(weibull, features)::numeric, 2) AS median_weibull, round(crm.restricted_mean(cox, features, 365)::numeric, 2) AS of_a_year,
       round(crm.churn_probability(cox, features, 90, 30)::numeric, 4) AS next_30, round(crm.churn_probability(cox, features, 90, interval '30 days')::numeric, 4) AS same, round(crm.relative_risk(cox, features)::numeric, 4) AS risk
  FROM model, described WHERE n IN (1, 3, 10) ORDER BY n;
SELECT count(*), round(min(survival)::numeric, 4) AS last FROM model, described, crm.survival_curve(cox, features) WHERE n = 1;
SELECT crm.survival(cox, '{}'::jsonb, 100) = crm.survival(cox, '{"plan": "weekly", "colour": "red"}'::jsonb, 100) AS nothing_known, crm.survival(cox, NULL::jsonb, 100) IS NULL AS no_features FROM model;

-- Strata, entries and weights; options; order and workers.
SELECT name, round(estimate::numeric, 4) AS estimate FROM (SELECT crm.fit_cox(NULL, days, cancelled, plan, features - 'plan', 1, '{"ties": "breslow", "reference": {"region": "west"}}') AS m FROM described) AS x, crm.coef(m);
SELECT round(crm.survival(m, '{"price": 8}'::jsonb, 100, 'yearly')::numeric, 4) AS yearly, round(crm.survival(m, '{"price": 8}'::jsonb, 100, 'monthly')::numeric, 4) AS monthly FROM (SELECT crm.fit_cox(entered, days, cancelled, plan, features - 'plan', 2, '{}') AS m FROM described) AS x;
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS weights
  FROM (SELECT c.* FROM (SELECT crm.fit_weibull(days, cancelled, features, 2, '{}') AS m FROM described) AS x, crm.coef(m) AS c) AS a JOIN (SELECT c.* FROM model, crm.coef(weibull) AS c) AS b USING (name);
SELECT string_agg(name, ', ') AS names FROM (SELECT crm.fit_weibull(days, cancelled, features, '{"reference": {"plan": "yearly"}, "levels": 1}') AS m FROM described) AS x, crm.coef(m);
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS by_order
  FROM (SELECT c.* FROM (SELECT crm.fit_cox(days, cancelled, features ORDER BY n * 7 % 601) AS m FROM described) AS x, crm.coef(m) AS c) AS a JOIN (SELECT c.* FROM model, crm.coef(cox) AS c) AS b USING (name);
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.fit_cox(days, cancelled, features) AS cox, crm.fit_weibull(days, cancelled, features) AS weibull FROM described;
SET max_parallel_workers_per_gather = 0;
SELECT max(abs(crm.survival(a.cox, features, 100) - crm.survival(b.cox, features, 100))) < 1e-9 AS cox, max(abs(crm.survival(a.weibull, features, 100) - crm.survival(b.weibull, features, 100))) < 1e-9 AS weibull FROM model AS a, in_parallel AS b, described;

-- Models are values.
SELECT cox::text::crm.model::text = cox::text AS cox, weibull::text::crm.model::text = weibull::text AS weibull FROM model;
\copy model TO 'results/predict_survival_named.bin' (FORMAT binary)
CREATE TABLE restored (LIKE model);
\copy restored FROM 'results/predict_survival_named.bin' (FORMAT binary)
SELECT bool_and(crm.survival(a.cox, features, 100) = crm.survival(b.cox, features, 100) AND crm.survival(a.loglogistic, features, 100) = crm.survival(b.loglogistic, features, 100)) AS restored FROM model AS a, restored AS b, described;

-- What cannot be.
SELECT converged, message, crm.survival(m, '{}'::jsonb, 1) IS NULL AS unknown FROM (SELECT crm.fit_cox(days, cancelled, '{"plan": "gold"}'::jsonb) AS m FROM subscriber) AS x, crm.fit_info(m);
SELECT converged, message, round(crm.median_lifetime(m, '{}'::jsonb)::numeric, 2) AS median FROM (SELECT crm.fit_weibull(days, cancelled, '{"plan": "gold"}'::jsonb) AS m FROM subscriber) AS x, crm.fit_info(m);
SELECT crm.fit_cox(days, cancelled, features) IS NULL AS no_rows FROM described WHERE n < 0;
SELECT crm.survival(cox, ARRAY[1, 8], 100) FROM model;
SELECT crm.survival(m, '{"price": 8}'::jsonb, 100) FROM (SELECT crm.fit_cox(days, cancelled, ARRAY[price]) AS m FROM subscriber) AS x;
SELECT crm.fit_cox(days, cancelled, features, '{"names": ["a"]}') FROM described;
SELECT crm.fit_weibull(days, cancelled, features, '{"ties": "efron"}') FROM described;
SELECT crm.fit_weibull(days, cancelled, features, jsonb_build_object('rare', n % 2)) FROM described;
SELECT crm.fit_weibull(0, true, '{"a": 1}'::jsonb);
SELECT crm.fit_cox(days, cancelled, jsonb_build_object('n', 'c' || n), '{"rare": 0, "levels": 1000}') FROM described;
SELECT crm.relative_risk(weibull, '{}'::jsonb) FROM model;

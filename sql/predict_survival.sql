-- Subscribers: how long they have been seen in days, whether they then cancelled, and what is known of them.
CREATE SCHEMA predict_survival;
SET search_path = predict_survival, public;
SET extra_float_digits = 0;
CREATE TABLE subscriber AS
SELECT n, plan, price, 1 + floor(least(life, seen)) AS days, life < seen AS cancelled, CASE WHEN n % 4 = 0 THEN floor(least(life, seen) / 2) END AS entered
  FROM generate_series(1, 600) AS n,
       LATERAL (SELECT CASE WHEN n % 3 = 0 THEN 'yearly' ELSE 'monthly' END AS plan, 5 + n % 7 AS price) AS a,
       LATERAL (SELECT -ln((n * 7919 % 1009 + 0.5) / 1009) * CASE plan WHEN 'yearly' THEN 900 ELSE 300 END * 8 / price AS life, 30 + n * 31 % 700 AS seen) AS b;
SELECT plan, count(*), count(*) FILTER (WHERE cancelled) AS cancelled FROM subscriber GROUP BY plan ORDER BY plan;

-- How long do they stay?
CREATE TABLE curve AS SELECT plan, crm.fit_kaplan_meier(days, cancelled) AS km FROM subscriber GROUP BY plan;
SELECT plan, i.kind, i.observations, i.converged, m.* FROM curve, crm.fit_info(km) AS i, crm.median_lifetime(km) AS m ORDER BY plan;
SELECT plan, time, at_risk, events, censored, round(survival::numeric, 6) AS survival, round(std_error::numeric, 6) AS std_error, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, round(cumulative_hazard::numeric, 6) AS hazard
  FROM curve, crm.survival_curve(km) WHERE time <= 12 ORDER BY plan, time;
SELECT scale, round(lower::numeric, 5) AS lower, round(upper::numeric, 5) AS upper
  FROM curve, unnest('{log,log-log,plain}'::text[]) AS scale, LATERAL (SELECT * FROM crm.survival_curve(km, scale, 0.9) WHERE time >= 365 ORDER BY time LIMIT 1) AS c WHERE plan = 'yearly';
SELECT plan, round(crm.survival(km, 90)::numeric, 4) AS whole, round(crm.survival(km, 90.5)::numeric, 4) AS part, crm.survival(km, 0) AS start, crm.survival(km, 5000) AS beyond,
       round(crm.churn_probability(km, 90, 30)::numeric, 4) AS next_30, round(crm.churn_probability(km, 90, interval '30 days')::numeric, 4) AS same,
       round((crm.restricted_mean(km, 365)).mean::numeric, 2) AS of_a_year, round((crm.restricted_mean(km, 365)).std_error::numeric, 3) AS std_error
  FROM curve ORDER BY plan;
SELECT abs(crm.churn_probability(km, 90, 30) - (1 - crm.survival(km, 120) / crm.survival(km, 90))) < 1e-14 AS agrees FROM curve;

-- Weights, entries, order, NULLs and workers.
SELECT (crm.fit_kaplan_meier(days, cancelled, 2.0))::jsonb -> 'fit' ->> 'observations' AS twice FROM subscriber;
SELECT round(crm.survival(crm.fit_kaplan_meier(entered, days, cancelled), 100)::numeric, 4) AS late,
       round(crm.survival(crm.fit_kaplan_meier(entered, days, cancelled, 3), 100)::numeric, 4) AS weighted FROM subscriber WHERE entered > 0;
SELECT (crm.fit_info(crm.fit_kaplan_meier(d, e))).* FROM (VALUES (1.0, true), (2, false), (NULL, true), (3, NULL)) AS v (d, e);
SELECT crm.fit_kaplan_meier(days, cancelled) IS NULL AS none FROM subscriber WHERE false;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE alone AS
SELECT crm.fit_kaplan_meier(days, cancelled)::text AS km, crm.fit_cox(days, cancelled, plan, ARRAY[price, n % 5])::text AS cox, crm.fit_weibull(days, cancelled, ARRAY[price])::text AS weibull,
       crm.logrank(plan, days, cancelled)::text AS logrank, crm.concordance(days, cancelled, price)::text AS concordance
  FROM (SELECT * FROM subscriber ORDER BY n DESC OFFSET 0) AS s;
EXPLAIN (COSTS OFF) SELECT crm.fit_cox(days, cancelled, ARRAY[price]) FROM subscriber;
SELECT crm.fit_kaplan_meier(days, cancelled)::text = (SELECT km FROM alone) AS km, crm.fit_cox(days, cancelled, plan, ARRAY[price, n % 5])::text = (SELECT cox FROM alone) AS cox,
       crm.fit_weibull(days, cancelled, ARRAY[price])::text = (SELECT weibull FROM alone) AS weibull, crm.logrank(plan, days, cancelled)::text = (SELECT logrank FROM alone) AS logrank,
       crm.concordance(days, cancelled, price)::text = (SELECT concordance FROM alone) AS concordance FROM subscriber;
SET max_parallel_workers_per_gather = 0;

-- Do the plans differ?
SELECT g.grp, customers, observed, round(expected::numeric, 4) AS expected, round(excess_over_expected::numeric, 4) AS over_e, round(excess_over_variance::numeric, 4) AS over_v, round(chi_squared::numeric, 4) AS chi_squared, degrees_of_freedom AS df, p_value < 0.001 AS differ
  FROM (SELECT crm.logrank(plan, days, cancelled) AS rows FROM subscriber) AS x, unnest(rows) AS g;
SELECT round((crm.logrank(plan, days, cancelled, 1.0))[1].chi_squared::numeric, 4) AS peto, round((crm.logrank(plan, days, cancelled, (n % 2)::text))[1].chi_squared::numeric, 4) AS stratified,
       round((crm.logrank(plan, days, cancelled, (n % 2)::text, 1))[1].chi_squared::numeric, 4) AS both FROM subscriber;

-- What makes them cancel?
CREATE TABLE model AS
SELECT crm.fit_cox(days, cancelled, ARRAY[(plan = 'yearly')::int, price], '{"names": ["yearly", "price"]}') AS cox,
       crm.fit_cox(days, cancelled, plan, ARRAY[price]) AS by_plan,
       crm.fit_weibull(days, cancelled, ARRAY[(plan = 'yearly')::int, price], '{"names": ["yearly", "price"]}') AS weibull,
       crm.fit_lognormal(days, cancelled) AS lognormal
  FROM subscriber;
SELECT i.kind, i.observations, i.distinct_observations AS distinct, i.skipped, round(i.log_likelihood::numeric, 4) AS log_likelihood, i.converged, i.message
  FROM model, unnest(ARRAY[cox, by_plan, weibull, lognormal]) AS m, crm.fit_info(m) AS i;
SELECT name, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM model, crm.coef(cox);
SELECT name, round(hazard_ratio::numeric, 4) AS hazard_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, round(z::numeric, 3) AS z, p_value < 0.001 AS tells FROM model, crm.hazard_ratios(cox);
SELECT name, round(time_ratio::numeric, 4) AS time_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, round(z::numeric, 3) AS z, p_value < 0.001 AS tells FROM model, crm.time_ratios(weibull);
SELECT test, round(statistic::numeric, 3) AS statistic, degrees_of_freedom AS df, p_value < 0.001 AS tells FROM model, crm.cox_tests(cox);
SELECT name, round(statistic::numeric, 4) AS statistic, degrees_of_freedom AS df, round(p_value::numeric, 4) AS p_value FROM model, crm.proportional_hazards_test(cox);
SELECT round(concordance::numeric, 6) AS concordance, round(std_error::numeric, 6) AS std_error, concordant, discordant, tied FROM model, crm.concordance(cox);
SELECT (crm.concordance(days, cancelled, crm.relative_risk(cox, ARRAY[(plan = 'yearly')::int, price]))).concordant = (SELECT (crm.concordance(cox)).concordant FROM model) AS same FROM subscriber, model;
SELECT count(*) = 2 AS strata, bool_and(jsonb_array_length(b -> 'time') > 10) AS kept FROM model, jsonb_array_elements(by_plan::jsonb -> 'baseline') AS b;
SELECT abs((crm.coef(crm.fit_cox(days, cancelled, ARRAY[price], 2, NULL))).estimate - (crm.coef(crm.fit_cox(days, cancelled, ARRAY[price]))).estimate) < 0.01 AS close FROM subscriber;
SELECT round((crm.coef(crm.fit_cox(entered, days, cancelled, ARRAY[price]))).estimate::numeric, 5) AS late,
       round((crm.coef(crm.fit_cox(entered, days, cancelled, ARRAY[price], '{"ties": "breslow", "robust": true}'))).std_error::numeric, 5) AS robust,
       round((crm.coef(crm.fit_cox(entered, days, cancelled, NULL, ARRAY[price], 1, NULL))).estimate::numeric, 5) AS with_everything FROM subscriber WHERE entered > 0;

-- Whom will we lose? Answers of a million rows decode the model once.
SELECT plan, price, round(crm.survival(cox, f, 100)::numeric, 4) AS cox, round(crm.survival(weibull, f, 100)::numeric, 4) AS weibull, round(crm.survival(by_plan, ARRAY[price], 100, plan)::numeric, 4) AS by_plan,
       crm.median_lifetime(cox, f) AS median, round(crm.median_lifetime(weibull, f)::numeric, 1) AS weibull_median, round(crm.restricted_mean(cox, f, 200)::numeric, 2) AS of_200, round(crm.restricted_mean(weibull, f, 200)::numeric, 2) AS weibull_of_200,
       round(crm.churn_probability(cox, f, 60, 30)::numeric, 4) AS next_30, round(crm.churn_probability(weibull, f, 60, interval '30 days')::numeric, 4) AS weibull_30,
       round(crm.churn_probability(by_plan, ARRAY[price], 60, interval '30 days', plan)::numeric, 4) AS by_plan_30, round(crm.relative_risk(cox, f)::numeric, 4) AS risk
  FROM model, (VALUES ('monthly', 5), ('monthly', 11), ('yearly', 8)) AS v (plan, price), LATERAL (SELECT ARRAY[(plan = 'yearly')::int, price]::float8[] AS f) AS x;
SELECT time, round(survival::numeric, 5) AS survival, round(cumulative_hazard::numeric, 5) AS hazard FROM model, crm.survival_curve(cox, ARRAY[1, 8]) LIMIT 3;
SELECT m.median::numeric(8, 2), m.lower::numeric(8, 2), m.upper::numeric(8, 2), (crm.restricted_mean(lognormal, 100)).mean::numeric(8, 3) FROM model, crm.median_lifetime(lognormal) AS m;
SELECT crm.survival(cox, NULL::float8[], 100) IS NULL AS no_features, crm.survival(cox, ARRAY[1, 8], 5000) IS NULL AS beyond, crm.survival(weibull, ARRAY[1, 8], 5000) > 0 AS but_not_here FROM model;

-- Known parameters, and models as text and in binary.
SELECT crm.survival(crm.make_model('kaplan_meier', '{"time": [1, 2, 3], "events": [1, 1, 0], "censored": [0, 1, 1]}'), 2) AS km,
       crm.survival(crm.make_model('cox', '{"coefficients": {"price": 0}, "baseline": {"time": [1, 2], "hazard": [0.5, 1]}}'), '{3}'::float8[], 1.0) AS cox,
       crm.survival(crm.make_model('exponential', '{"intercept": 0}'), 1.0) AS exponential, crm.survival(crm.make_model('weibull', '{"intercept": 0, "scale": 0.5, "coefficients": {"price": 1}}'), '{0}'::float8[], 1) AS weibull;
SELECT bool_and(m::text::crm.model::text = m::text) AS text FROM model, curve, unnest(ARRAY[cox, by_plan, weibull, lognormal, km]) AS m;
CREATE TABLE copy (LIKE curve);
\copy curve TO predict_survival_curve.bin (FORMAT binary)
\copy copy FROM predict_survival_curve.bin (FORMAT binary)
\! rm -f predict_survival_curve.bin
SELECT bool_and(a.km::text = b.km::text) AS binary FROM curve AS a JOIN copy AS b USING (plan);

-- Fits that cannot be made say why.
SELECT i.kind, i.converged, i.message, crm.survival(m, 1.0) AS answer FROM (SELECT crm.fit_kaplan_meier(days, false) AS m FROM subscriber) AS x, crm.fit_info(m) AS i;
SELECT i.kind, i.converged, i.message, crm.survival(m, '{1}'::float8[], 1.0) AS answer FROM (SELECT crm.fit_cox(days, cancelled, ARRAY[1]) AS m FROM subscriber) AS x, crm.fit_info(m) AS i;
SELECT i.kind, i.converged, i.message FROM (SELECT crm.fit_cox(days, cancelled, ARRAY[price, (NOT cancelled)::int], '{"names": ["price", "still there"]}') AS m FROM subscriber) AS x, crm.fit_info(m) AS i;
SELECT i.converged, i.message, c.name, c.std_error IS NULL AS held FROM (SELECT crm.fit_cox(days, cancelled, ARRAY[price, 2 * price + 1]) AS m FROM subscriber) AS x, crm.fit_info(m) AS i, crm.coef(m) AS c;
SELECT i.kind, i.converged, i.message FROM (SELECT crm.fit_weibull(5, true) AS m FROM subscriber) AS x, crm.fit_info(m) AS i;
SELECT i.kind, i.converged, i.message FROM (SELECT crm.fit_cox(1, true, ARRAY[1])) AS x (m), crm.fit_info(m) AS i;

-- What cannot be.
SELECT crm.fit_kaplan_meier(-1, true);
SELECT crm.fit_kaplan_meier('NaN', true);
SELECT crm.fit_kaplan_meier('Infinity', true);
SELECT crm.fit_kaplan_meier(1, true, -1.0);
SELECT crm.fit_kaplan_meier(5, 5, true);
SELECT crm.fit_weibull(0, true);
SELECT crm.fit_cox(1, true, '{}'::float8[]);
SELECT crm.fit_cox(1, true, ARRAY['NaN'::float8]);
SELECT crm.fit_cox(1, true, ARRAY[NULL::float8]);
SELECT crm.fit_cox(n, true, array_fill(1.0, ARRAY[n])) FROM generate_series(1, 2) AS n;
SELECT crm.fit_cox(days, cancelled, ARRAY[price], '{"tie": "efron"}') FROM subscriber;
SELECT crm.fit_cox(days, cancelled, ARRAY[price], '{"ties": "exact"}') FROM subscriber;
SELECT crm.fit_cox(days, cancelled, ARRAY[price], '{"names": ["a", "b"]}') FROM subscriber;
SELECT crm.fit_cox(days, cancelled, ARRAY[price], jsonb_build_object('max_iterations', n)) FROM subscriber;
SELECT crm.fit_weibull(days, cancelled, ARRAY[price], '{"ties": "efron"}') FROM subscriber;
SELECT crm.survival(cox, 1.0) FROM model;
SELECT crm.survival(km, '{1}'::float8[], 1.0) FROM curve;
SELECT crm.survival(km, -1.0) FROM curve;
SELECT crm.survival(by_plan, '{8}'::float8[], 1.0) FROM model;
SELECT crm.survival(by_plan, '{8}'::float8[], 1.0, 'weekly') FROM model;
SELECT crm.hazard_ratios(weibull) FROM model;
SELECT crm.survival_curve(km, 'logit') FROM curve;
SELECT crm.concordance(1, true, 'NaN');
SELECT crm.logrank('a', -1, true);
SELECT crm.logrank('a', 1, true, -1.0);
DROP SCHEMA predict_survival CASCADE;

-- What does a model make of one feature, all else being as it is?
CREATE SCHEMA predict_partial_dependence;
SET search_path = predict_partial_dependence, public;
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE TABLE customers AS
SELECT n AS id, (n * 7919 % 1009 + 0.5) / 1009 < 1 / (1 + exp(-(0.8 - 0.05 * tenure + 0.7 * complaints - CASE contract WHEN 'two years' THEN 1.6 WHEN 'one year' THEN 0.7 ELSE 0 END))) AS has_left,
       jsonb_build_object('tenure', CASE WHEN n % 20 > 0 THEN tenure END, 'contract', contract, 'complaints', complaints) AS features
  FROM generate_series(1, 1000) AS n,
       LATERAL (SELECT n * 31 % 61 AS tenure, (ARRAY['monthly', 'one year', 'two years'])[1 + n * 17 % 101 % 3] AS contract, n * 13 % 37 % 4 AS complaints) AS x;
CREATE TABLE model AS SELECT crm.fit_logistic(has_left, features) AS m FROM customers;

CREATE FUNCTION depends_on(wanted text, options jsonb DEFAULT '{}') RETURNS SETOF crm.partial_dependence LANGUAGE sql AS
$$SELECT d.* FROM (SELECT crm.partial_dependence(m, features, wanted, options) AS rows FROM model, customers) AS x, unnest(rows) AS d$$;
SELECT value, number, round(prediction::numeric, 4) AS prediction, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, share FROM depends_on('tenure', '{"points": 5}');
SELECT value, number, round(prediction::numeric, 4) AS prediction, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, share FROM depends_on('contract');
SELECT value, round(prediction::numeric, 4) AS prediction, share FROM depends_on('complaints');

-- By hand: the feature replaced in every row, and the model asked again.
SELECT feature, count(*) AS values, bool_and(abs(d.prediction - h.prediction) < 1e-9 AND abs(d.lower - h.lower) < 1e-9 AND abs(d.upper - h.upper) < 1e-9) AS same
  FROM unnest(ARRAY['tenure', 'contract', 'complaints']) AS feature, LATERAL depends_on(feature) AS d,
       LATERAL (SELECT avg(p) AS prediction, percentile_disc(0.05) WITHIN GROUP (ORDER BY p) AS lower, percentile_disc(0.95) WITHIN GROUP (ORDER BY p) AS upper
                  FROM (SELECT crm.predict(m, features || jsonb_build_object(feature, CASE WHEN d.number IS NOT NULL THEN to_jsonb(d.number) WHEN d.value <> 'missing' THEN to_jsonb(d.value) END)) AS p FROM model, customers) AS asked) AS h
 GROUP BY feature ORDER BY feature;
SELECT bool_and(abs(total - 1) < 1e-9) AS shares FROM (SELECT sum(share) AS total FROM unnest(ARRAY['tenure', 'contract', 'complaints']) AS feature, LATERAL depends_on(feature) GROUP BY feature) AS x;

-- Several features at once, arrays, workers.
SELECT feature, string_agg(d.value, ' ') AS values FROM (SELECT feature, crm.partial_dependence(m, features, feature, '{"points": 3}') AS rows FROM model, customers, unnest(ARRAY['tenure', 'contract']) AS feature GROUP BY feature) AS x, unnest(rows) AS d GROUP BY feature ORDER BY feature;
CREATE TABLE arrays AS SELECT crm.fit_logistic(has_left, ARRAY[(features ->> 'tenure')::float8, (features ->> 'complaints')::float8], '{"names": ["tenure", "complaints"]}') AS m FROM customers;
SELECT d.number, round(d.prediction::numeric, 4) AS prediction, d.share
  FROM (SELECT crm.partial_dependence(m, ARRAY[(features ->> 'tenure')::float8, (features ->> 'complaints')::float8], 'complaints') AS rows FROM arrays, customers) AS x, unnest(rows) AS d;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.partial_dependence((SELECT m FROM model), features, 'tenure') AS rows FROM customers;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS values, bool_and(p.number IS NOT DISTINCT FROM d.number AND abs(p.prediction - d.prediction) < 1e-9 AND p.lower = d.lower AND p.upper = d.upper AND p.share = d.share) AS parallel
  FROM in_parallel, unnest(rows) WITH ORDINALITY AS p (value, number, prediction, lower, upper, share, at)
  JOIN LATERAL (SELECT *, row_number() OVER () AS at FROM depends_on('tenure')) AS d USING (at);

-- A level that the model does not know; nothing to ask.
SELECT d.value, d.share FROM (SELECT crm.partial_dependence(m, features, 'contract') AS rows FROM model, (SELECT features || '{"contract": "three years"}' FROM customers WHERE id <= 10) AS c (features)) AS x, unnest(rows) AS d;
SELECT crm.partial_dependence(m, features, 'tenure') FROM model, customers WHERE false;
SELECT crm.partial_dependence(m, NULL::jsonb, 'tenure') FROM model;

-- What is refused.
SELECT crm.partial_dependence(m, features, 'colour') FROM model, customers;
SELECT crm.partial_dependence(m, features, 'tenure', '{"points": 1}') FROM model, customers;
SELECT crm.partial_dependence(m, features, 'tenure', '{"grid": 5}') FROM model, customers;
SELECT crm.partial_dependence(m, features, CASE WHEN id % 2 = 0 THEN 'tenure' ELSE 'contract' END) FROM model, customers;
SELECT crm.partial_dependence(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'), features, 'tenure') FROM customers;

SET client_min_messages = warning;
DROP SCHEMA predict_partial_dependence CASCADE;

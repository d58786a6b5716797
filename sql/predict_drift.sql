-- Do customers, and the scores they get, still look as they did when the model was fitted?
CREATE SCHEMA predict_drift;
SET search_path = predict_drift, public;
SET extra_float_digits = 0;
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE TABLE customers AS
SELECT n AS id, month, jsonb_build_object('age', CASE WHEN n % (25 - 12 * month) > 0 THEN 20 + 5 * month + n * 37 % 61 END, 'income', (n * 7919 % 1009) * (1 + month * 0.2), 'visits', n % 4,
           'plan', (ARRAY['basic', 'plus', 'pro'])[1 + (n * 31 % 100 * (1 + month * 0.3))::int / 40 % 3], 'account', jsonb_build_object('active', n % 7 > month))
           || CASE WHEN month = 1 THEN jsonb_build_object('new', n) ELSE '{}' END AS features
  FROM generate_series(1, 4000) AS n, generate_series(0, 1) AS month;

-- The reference is a model, kept for later.
CREATE TABLE kept AS SELECT crm.fit_drift_reference(features) AS reference FROM customers WHERE month = 0;
SELECT kind, observations, skipped, converged, message FROM kept, crm.fit_info(reference);
SELECT d.feature, d.kind, round(d.psi::numeric, 4) AS psi, round(d.by_chance::numeric, 4) AS by_chance, d.reference_missing, d.current_missing, d.moved_most, d.note
  FROM (SELECT crm.drift(reference, features) AS rows FROM kept, customers WHERE month = 1) AS x, unnest(rows) AS d;
-- The reference against itself, and a third of it: nothing moved, or no more than by chance.
SELECT bool_and(d.psi = 0 AND d.moved_most IS NULL AND d.note = 'stable') AS itself FROM (SELECT crm.drift(reference, features) AS rows FROM kept, customers WHERE month = 0) AS x, unnest(rows) AS d;
SELECT bool_and(d.note IN ('stable', 'within chance')) AS third FROM (SELECT crm.drift(reference, features) AS rows FROM kept, customers WHERE month = 0 AND id % 3 = 0) AS x, unnest(rows) AS d;

-- By hand: ten bins cut at values, each value in the first bin whose cut it does not exceed; levels; what is missing by itself.
CREATE VIEW by_hand AS
WITH flat AS (SELECT month, (features ->> 'income')::float8 AS income, (features ->> 'age')::float8 AS age, features ->> 'plan' AS plan FROM customers),
     cuts AS (SELECT array_agg(DISTINCT percentile_disc ORDER BY percentile_disc) AS cuts
                FROM (SELECT unnest(percentile_disc(ARRAY[.1, .2, .3, .4, .5, .6, .7, .8, .9]) WITHIN GROUP (ORDER BY age)) FROM flat WHERE month = 0) AS p (percentile_disc)),
     binned AS (SELECT 'age' AS feature, month, (SELECT count(*) FROM unnest(cuts) AS c WHERE age > c)::text || (age IS NULL)::text AS bin FROM flat, cuts
                UNION ALL SELECT 'plan', month, plan FROM flat),
     shares AS (SELECT feature, bin, count(*) FILTER (WHERE month = 0) / 4000.0 AS before, count(*) FILTER (WHERE month = 1) / 4000.0 AS after FROM binned GROUP BY feature, bin)
SELECT feature, sum((after - before) * ln(after / before)) AS psi FROM shares GROUP BY feature;
SELECT feature, round(h.psi, 6) AS by_hand, abs(d.psi - h.psi) < 1e-9 AS same
  FROM by_hand AS h JOIN (SELECT d.* FROM (SELECT crm.drift(reference, features) AS rows FROM kept, customers WHERE month = 1) AS x, unnest(rows) AS d) AS d USING (feature) ORDER BY feature;

-- A score, and bins of one's own. An empty bin counts as half a row: (.5 - .25) ln 2 + (.5 - .75) ln (2/3); of four gold against two of each, silver is an eighth.
SELECT d.feature, round(d.psi::numeric, 6) AS psi, round((.25 * ln(2.0) + .25 * ln(1.5)), 6) AS expected, d.moved_most
  FROM (SELECT crm.drift(crm.make_model('drift_reference', '{"score": {"cuts": [10], "counts": [1, 3]}}'), jsonb_build_object('score', s)) AS rows FROM unnest(ARRAY[10, 11]) AS s) AS x, unnest(rows) AS d;
SELECT d.feature, round(d.psi::numeric, 6) AS psi, round((.5 - .125) * ln(.5 / .125) + (.5 - 1.0) * ln(.5 / 1.0) , 6) AS expected, d.current_missing
  FROM (SELECT crm.drift(crm.make_model('drift_reference', '{"plan": {"counts": {"gold": 2, "silver": 2}}}'), '{"plan": "gold"}'::jsonb) AS rows FROM generate_series(1, 4)) AS x, unnest(rows) AS d;
-- Two bins of 10 000 and 5 000 rows: 3.841 (1 / 10000 + 1 / 5000).
SELECT round(d.by_chance::numeric, 8) AS by_chance, round(3.841458821 * (0.0001 + 0.0002), 8) AS expected
  FROM (SELECT crm.drift(crm.make_model('drift_reference', '{"score": {"cuts": [0], "counts": [5000, 5000]}}'), jsonb_build_object('score', s % 2)) AS rows FROM generate_series(1, 5000) AS s) AS x, unnest(rows) AS d;

-- Arrays, options.
CREATE TABLE arrays AS SELECT crm.fit_drift_reference(ARRAY[id % 100, CASE WHEN id % 10 > 0 THEN id % 3 END]::float8[], '{"bins": 4, "names": ["score", "kind"]}') AS reference FROM customers WHERE month = 0;
SELECT reference::jsonb -> 'bins' AS bins, (reference::jsonb)::text = (reference::text::crm.model::jsonb)::text AS reads_back FROM arrays;
SELECT d.feature, round(d.psi::numeric, 4) AS psi, d.reference_missing, d.current_missing, d.moved_most, d.note
  FROM (SELECT crm.drift(reference, ARRAY[id % 100 + 10, CASE WHEN id % 5 > 0 THEN id % 3 END]::float8[]) AS rows FROM arrays, customers WHERE month = 1) AS x, unnest(rows) AS d;

-- Groups, workers, order.
SELECT part, string_agg(d.feature || ' ' || d.note, ', ' ORDER BY d.feature) FROM (SELECT id % 3 AS part, crm.drift(reference, features) AS rows FROM kept, customers WHERE month = 1 GROUP BY id % 3) AS x, unnest(rows) AS d GROUP BY part ORDER BY part;
CREATE TABLE serial AS SELECT crm.drift(reference, features ORDER BY id * 7 % 4001) AS rows FROM kept, customers WHERE month = 1;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT serial.rows = p.rows AS drift FROM serial, (SELECT crm.drift((SELECT reference FROM kept), features) AS rows FROM customers WHERE month = 1) AS p;
SELECT (SELECT reference FROM kept)::jsonb -> 'bins' = crm.fit_drift_reference(features)::jsonb -> 'bins' AS reference FROM customers WHERE month = 0;
SET max_parallel_workers_per_gather = 0;

-- Nothing to compare.
SELECT crm.fit_drift_reference(features) FROM customers WHERE false;
SELECT crm.fit_drift_reference(NULL::jsonb);
SELECT crm.drift(reference, features) FROM kept, customers WHERE false;
SELECT crm.drift(reference, NULL::jsonb) FROM kept;
SELECT cardinality(crm.drift(m, '{"a": 1}'::jsonb)) AS no_features FROM (SELECT crm.fit_drift_reference('{}'::jsonb) AS m) AS x;

-- What is refused.
SELECT crm.drift(reference, ARRAY[1]::float8[]) FROM kept;
SELECT crm.drift(reference, '{}'::jsonb) FROM arrays;
SELECT crm.drift(reference, features) FROM (SELECT crm.fit_drift_reference(features) AS reference FROM customers GROUP BY month) AS r, customers;
SELECT crm.drift(crm.make_model('logistic', '{"intercept": 0}'), features) FROM customers;
SELECT crm.predict(reference, features) FROM kept, customers;
SELECT crm.fit_drift_reference(features, '{"bins": 1}') FROM customers;
SELECT crm.fit_drift_reference(features, '{"deciles": 10}') FROM customers;
SELECT crm.fit_drift_reference(features, jsonb_build_object('bins', 2 + month)) FROM customers;
SELECT crm.make_model('drift_reference', '{"score": {"cuts": [10, 5], "counts": [1, 2, 3]}}');
SELECT crm.make_model('drift_reference', '{"score": {"cuts": [10], "counts": [1, 2, 3]}}');

SET client_min_messages = warning;
DROP SCHEMA predict_drift CASCADE;

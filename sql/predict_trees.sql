-- Who leaves, and how much do they buy? Trees find steps, exceptions and what only counts together.
CREATE SCHEMA predict_trees;
SET search_path = predict_trees, public;
SET extra_float_digits = 0;
-- Customers leave in their first year, unless they complain and have a contract; a missing age says much; colour says nothing.
CREATE TABLE customers AS
SELECT n AS id, tenure, contract, complaints, auto_pay, colour, age,
       (n * 7919 % 1009 + 0.5) / 1009 < CASE WHEN contract = 'two years' THEN 0.05 WHEN tenure < 12 THEN 0.7 WHEN complaints > 1 THEN 0.5 WHEN age IS NULL THEN 0.6 ELSE 0.15 END AS has_left,
       20 + 3 * complaints + CASE WHEN tenure < 12 THEN 0 ELSE 10 END + n % 5 AS spend
  FROM generate_series(1, 3000) AS n,
       LATERAL (SELECT n * 31 % 61 AS tenure, (ARRAY['monthly', 'one year', 'two years'])[1 + n * 17 % 101 % 3] AS contract, n * 13 % 37 % 4 AS complaints,
                       n % 3 = 0 AS auto_pay, (ARRAY['red', 'green'])[1 + n % 2] AS colour, CASE WHEN n % 7 > 0 THEN 18 + n * 11 % 67 END AS age) AS x;
CREATE VIEW described AS
SELECT *, jsonb_build_object('tenure', tenure, 'contract', contract, 'complaints', complaints, 'account', jsonb_build_object('auto_pay', auto_pay), 'colour', colour, 'age', age) AS features,
       ARRAY[tenure, complaints, age]::float8[] AS numbers FROM customers;
CREATE TABLE model AS SELECT crm.fit_boosted_trees(has_left, features, '{"trees": 40}') AS m FROM described;
SELECT kind, observations, distinct_observations, skipped, round(log_likelihood::numeric, 2) AS log_likelihood, converged, iterations, message FROM model, crm.fit_info(m);
SELECT rank, feature, round(contribution::numeric, 2) AS contribution, round(share::numeric, 2) AS share FROM model, crm.importance(m);
SELECT id, contract, tenure, complaints, age, round(crm.predict(m, features)::numeric, 2) AS predicted, crm.why(m, features) FROM model, described WHERE id IN (1, 2, 7, 20) ORDER BY id;
SELECT feature, value, round(contribution::numeric, 2) AS contribution, round(share::numeric, 2) AS share, direction FROM model, described, crm.explain(m, features) WHERE id = 7;
SELECT bool_and(abs(total - ln(p / (1 - p))) < 1e-9) AS contributions_add_up
  FROM (SELECT id, sum(contribution) AS total FROM model, described, crm.explain(m, features) GROUP BY id) AS e
  JOIN (SELECT id, crm.predict(m, features) AS p FROM model, described) AS s USING (id);
SELECT abs(sum(crm.predict(m, features)) / count(*) FILTER (WHERE has_left) - 1) < 0.01 AS calibrated_in_the_large FROM model, described;
SELECT (a.trees).auc - (a.linear).auc > 0.05 AS better_than_a_linear_model
  FROM (SELECT crm.auc(has_left, crm.predict(m, features)) AS trees, crm.auc(has_left, crm.predict(l, features)) AS linear
          FROM model, (SELECT crm.fit_logistic(has_left, features) AS l FROM described) AS x, described) AS a;

-- A number: what is predicted has its unit, reasons too.
CREATE TABLE spending AS SELECT crm.fit_boosted_trees(spend, features, '{"trees": 60}') AS m FROM described;
SELECT log_likelihood, converged, message FROM spending, crm.fit_info(m);
SELECT crm.why(m, features), crm.why(m, features, '{prediction} a month: {reasons}') FROM spending, described WHERE id = 7;
SELECT avg(abs(crm.predict(m, features) - spend)) < 1.5 AS near FROM spending, described;

-- Rows are read as by every model: other names are passed over, what is missing is missing, a level never seen goes with the most.
SELECT crm.predict(m, '{}'::jsonb) = crm.predict(m, '{"unknown": 1, "tenure": null}'::jsonb) AS missing,
       crm.predict(m, '{"contract": "three years"}'::jsonb) = crm.predict(m, '{}'::jsonb) AS unseen,
       crm.predict(m, '{"account": {"auto_pay": true}}'::jsonb) = crm.predict(m, '{"account.auto_pay": "true"}'::jsonb) AS dotted FROM model;

-- Neither order nor workers change a byte; so do arrays and objects of the same numbers.
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.fit_boosted_trees(has_left, features, '{"trees": 40}') AS m FROM described;
SET max_parallel_workers_per_gather = 0;
SELECT model.m::text = p.m::text AS parallel, model.m::text = (SELECT crm.fit_boosted_trees(has_left, features, '{"trees": 40}' ORDER BY id * 7 % 3001)::text FROM described) AS by_order FROM model, in_parallel AS p;
CREATE TABLE arrays AS SELECT crm.fit_boosted_trees(has_left, numbers, '{"trees": 5, "names": ["tenure", "complaints", "age"]}') AS m FROM described;
SELECT bool_and(abs(crm.predict(a.m, numbers) - crm.predict(o.m, features)) < 1e-12) AS same
  FROM arrays AS a, (SELECT crm.fit_boosted_trees(has_left, features - 'contract' - 'account' - 'colour', '{"trees": 5}') AS m FROM described) AS o, described;
SELECT crm.why(m, ARRAY[3, 2, NULL]::float8[]), (SELECT count(*) FROM crm.explain(m, ARRAY[3, 2, NULL]::float8[])) AS rows FROM arrays;

-- Weights, early stopping, order imposed.
SELECT bool_and(abs(crm.predict(w.m, numbers) - crm.predict(r.m, numbers)) < 1e-6) AS weights
  FROM (SELECT crm.fit_boosted_trees(has_left, numbers, complaints, '{"trees": 5, "leaf_rows": 1, "leaves": 4}') AS m FROM described) AS w,
       (SELECT crm.fit_boosted_trees(has_left, numbers, '{"trees": 5, "leaf_rows": 1, "leaves": 4}') AS m FROM described, generate_series(1, complaints)) AS r, described;
SELECT iterations BETWEEN 10 AND 90 AS stopped, message ~ '^\d+ trees, log-loss [0-9.]+, without features [0-9.]+, on 29\d rows held out [0-9.]+$' AS told
  FROM (SELECT crm.fit_boosted_trees(has_left, features, '{"early_stopping": true, "trees": 500}') AS m FROM described) AS x, crm.fit_info(m);
SELECT bool_and(rises) AS rises, bool_and(rises_unless_told) AS rises_unless_told
  FROM (SELECT crm.predict(x.m, ARRAY[t, 0, 40]::float8[]) >= coalesce(lag(crm.predict(x.m, ARRAY[t, 0, 40]::float8[])) OVER w, 0) AS rises,
               crm.predict(a.m, ARRAY[t, 0, 40]::float8[]) >= coalesce(lag(crm.predict(a.m, ARRAY[t, 0, 40]::float8[])) OVER w, 0) AS rises_unless_told
          FROM arrays AS a, (SELECT crm.fit_boosted_trees(has_left, numbers, '{"trees": 20, "monotone": {"x1": 1}}') AS m FROM described) AS x, generate_series(0, 60) AS t WINDOW w AS (ORDER BY t)) AS steps;

-- A model is a value.
SELECT m::text::crm.model::text = m::text AS text FROM model;
\copy model TO 'results/predict_trees.bin' (FORMAT binary)
CREATE TABLE restored (LIKE model);
\copy restored FROM 'results/predict_trees.bin' (FORMAT binary)
SELECT bool_and(crm.predict(model.m, features) = crm.predict(restored.m, features)) AS restored FROM model, restored, described;
CREATE TABLE written AS SELECT crm.make_model('boosted_trees', '{"encoder": {"rows": "objects", "features": [{"name": "plan", "levels": {"a": 0.25, "b": 0.5}, "other": 0.25, "reference": "a"}, {"name": "tenure", "mean": 1.5, "scale": 2, "missing": 0.25}]},
  "predicts": "number", "start": 0.5, "trees": [[{"feature": "tenure", "at_most": 1.25, "missing": "left"}, {"value": 1, "cover": 4}, {"feature": "plan", "levels": [0, 2], "missing": "right"}, {"value": -2, "cover": 3}, {"value": 0.25, "cover": 1}]]}') AS m;
SELECT crm.predict(m, '{"tenure": 1}'::jsonb) AS early, crm.predict(m, '{"tenure": 2, "plan": "a"}'::jsonb) AS late, crm.predict(m, '{"tenure": 2, "plan": "b"}'::jsonb) AS late_b, m::jsonb FROM written;
SELECT crm.model_send(m) FROM written;
SELECT feature, value, contribution FROM written, crm.explain(m, '{"tenure": 2, "plan": "b"}'::jsonb);

-- What a fit says of its features.
SELECT message FROM (SELECT crm.fit_boosted_trees(has_left, jsonb_build_object('tenure', tenure, 'years', tenure / 12.0, 'one', 1, 'none', NULL, 'left_on', CASE WHEN has_left THEN id END, 'mixed', CASE WHEN id % 2 = 0 THEN to_jsonb(id % 5) ELSE '"x"' END), '{"trees": 1}') AS m FROM customers) AS x, crm.fit_info(m);
SELECT message ~ 'city holds numbers written as texts' AS written, jsonb_array_length(m::jsonb -> 'encoder' -> 'features') AS features, (SELECT count(*) FROM jsonb_object_keys(m::jsonb #> '{encoder,features,0,levels}')) AS levels
  FROM (SELECT crm.fit_boosted_trees(n % 7 = 0, jsonb_build_object('city', (n % 10000)::text), '{"rare": 1, "levels": 50, "trees": 3}') AS m FROM generate_series(1, 12000) AS n) AS x, crm.fit_info(m);

-- A fit that cannot be made says why and scores to NULL; one that can make little makes that.
SELECT crm.predict(m, features) IS NULL AS unknown, converged, message
  FROM (SELECT crm.fit_boosted_trees(true, features) AS m FROM described) AS x, crm.fit_info(m), (SELECT features FROM described WHERE id = 1) AS d;
SELECT crm.fit_boosted_trees(has_left, features) IS NULL AS no_rows FROM described WHERE has_left IS NULL;
SELECT skipped, observations FROM (SELECT crm.fit_boosted_trees(CASE WHEN id > 5 THEN has_left END, CASE WHEN id > 9 THEN features END) AS m FROM described) AS x, crm.fit_info(m);
SELECT observations, message, round(crm.predict(m, '{}'::jsonb)::numeric, 4) AS share FROM (SELECT crm.fit_boosted_trees(has_left, '{"a": null, "b": null}'::jsonb) AS m FROM customers) AS x, crm.fit_info(m);
SELECT message, crm.predict(m, ARRAY[5]::float8[]) FROM (SELECT crm.fit_boosted_trees(4.5, ARRAY[id]::float8[]) AS m FROM customers) AS x, crm.fit_info(m);
SELECT iterations, message FROM (SELECT crm.fit_boosted_trees(id % 2 = 0, ARRAY[id]::float8[]) AS m FROM customers WHERE id < 40) AS x, crm.fit_info(m);

-- What is refused.
SELECT crm.fit_boosted_trees(true, '[1, 2]'::jsonb);
SELECT crm.fit_boosted_trees(1.5, '3'::jsonb);
SELECT crm.fit_boosted_trees('NaN'::float8, ARRAY[1]::float8[]);
SELECT crm.fit_boosted_trees('infinity'::float8, '{}'::jsonb);
SELECT crm.fit_boosted_trees(true, x) FROM (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[1]::float8[])) AS v (x);
SELECT crm.fit_boosted_trees(true, ARRAY[1, 'NaN']::float8[]);
SELECT crm.fit_boosted_trees(1.5, ARRAY[1, 'infinity']::float8[]);
SELECT crm.fit_boosted_trees(true, ARRAY[1]::float8[], -1, '{}');
SELECT crm.fit_boosted_trees(1.5, ARRAY[1]::float8[], 1e200, '{}');
SELECT crm.fit_boosted_trees(true, '{}'::jsonb, '{"n_estimators": 1}');
SELECT crm.fit_boosted_trees(true, '{}'::jsonb, '{"leaves": 1}');
SELECT crm.fit_boosted_trees(true, '{}'::jsonb, '{"learning_rate": 2}');
SELECT crm.fit_boosted_trees(true, '{}'::jsonb, '{"early_stopping": "often"}');
SELECT crm.fit_boosted_trees(true, '{}'::jsonb, '{"trees": 10000, "leaves": 1000}');
SELECT crm.fit_boosted_trees(true, '{}'::jsonb, '{"names": ["a", "a"]}');
SELECT crm.fit_boosted_trees(has_left, features, '{"monotone": {"ternure": -1}}') FROM described;
SELECT crm.fit_boosted_trees(has_left, features, '{"monotone": {"contract": -1}}') FROM described;
SELECT crm.fit_boosted_trees(has_left, numbers, jsonb_build_object('l2', id % 2)) FROM described;
SELECT crm.predict(m, ARRAY[1]::float8[]) FROM model;
SELECT crm.odds_ratios(m) FROM model;
SELECT crm.make_model('boosted_trees', '{"trees": []}');
SELECT jsonb_set(m::jsonb, '{trees,0,0,feature}', '"colour"')::text::crm.model FROM written;
SELECT (m::jsonb #- '{trees,0,4}')::text::crm.model FROM written;
SET crm.max_fit_memory = '1MB';
SELECT crm.fit_boosted_trees(n % 3 = 0, ARRAY[n, n % 7]::float8[]) FROM generate_series(1, 40000) AS n;
RESET crm.max_fit_memory;

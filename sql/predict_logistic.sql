-- Who leaves? A yes or no from what is known of a customer.
CREATE SCHEMA predict_logistic;
SET search_path = predict_logistic, public;
SET extra_float_digits = 0;
-- The odds to leave rise with complaints, fall with tenure and by contract; colour says nothing; some values are not known.
CREATE TABLE customers AS
SELECT n AS id, tenure, contract, complaints, auto_pay, colour,
       (n * 7919 % 1009 + 0.5) / 1009 < 1 / (1 + exp(-(0.8 - 0.05 * tenure + 0.7 * complaints - CASE contract WHEN 'two years' THEN 1.6 WHEN 'one year' THEN 0.7 ELSE 0 END))) AS has_left
  FROM generate_series(1, 2000) AS n,
       LATERAL (SELECT n * 31 % 61 AS tenure, (ARRAY['monthly', 'one year', 'two years'])[1 + n * 17 % 101 % 3] AS contract,
                       n * 13 % 37 % 4 AS complaints, n % 3 = 0 AS auto_pay, (ARRAY['red', 'green'])[1 + n % 2] AS colour) AS x;
CREATE VIEW described AS
SELECT *, jsonb_build_object('tenure', CASE WHEN id % 20 > 0 THEN tenure END, 'contract', contract, 'complaints', complaints,
                             'account', jsonb_build_object('auto_pay', auto_pay), 'colour', colour) AS features FROM customers;
CREATE TABLE model AS SELECT crm.fit_logistic(has_left, features) AS m FROM described;
SELECT kind, observations, distinct_observations, skipped, round(log_likelihood::numeric, 4) AS log_likelihood, converged, message FROM model, crm.fit_info(m);
SELECT name, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error, round(lower::numeric, 5) AS lower, round(upper::numeric, 5) AS upper FROM model, crm.coef(m);
SELECT name, round(odds_ratio::numeric, 4) AS odds_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, round(p_value::numeric, 4) AS p_value FROM model, crm.odds_ratios(m);
SELECT rank, feature, round(contribution::numeric, 4) AS contribution, round(share::numeric, 4) AS share FROM model, crm.importance(m);
SELECT section, item, round(value::numeric, 4) AS value, note FROM model, crm.model_card(m);

-- What it says of one customer, and why.
SELECT round(crm.predict(m, features)::numeric, 4) AS predicted FROM model, described WHERE id IN (1, 2, 3) ORDER BY id;
SELECT feature, value, round(contribution::numeric, 4) AS contribution, round(share::numeric, 4) AS share, direction FROM model, described, crm.explain(m, features) WHERE id = 7;
SELECT crm.why(m, features) FROM model, described WHERE id IN (1, 7, 20, 23) ORDER BY id;
SELECT crm.why(m, features, '{probability} likely to leave: {reasons}.') FROM model, described WHERE id = 7;
SELECT bool_and(abs(total - ln(p / (1 - p))) < 1e-9) AS contributions_add_up
  FROM (SELECT id, sum(contribution) AS total FROM model, described, crm.explain(m, features) GROUP BY id) AS e
  JOIN (SELECT id, crm.predict(m, features) AS p FROM model, described) AS s USING (id);
SELECT abs(sum(crm.predict(m, features)) - count(*) FILTER (WHERE has_left)) < 1e-6 AS calibrated_in_the_large FROM model, described;

-- Rows are read as they come: other names are passed over, what is missing is missing, a level never seen tells nothing.
SELECT crm.predict(m, '{}'::jsonb) = crm.predict(m, '{"unknown": 1, "tenure": null}'::jsonb) AS missing,
       crm.predict(m, '{"contract": "three years"}'::jsonb) = crm.predict(m, '{}'::jsonb) AS unseen,
       crm.predict(m, '{"account": {"auto_pay": true}}'::jsonb) = crm.predict(m, '{"account.auto_pay": "true"}'::jsonb) AS dotted,
       crm.predict(m, '{"tenure": "twelve"}'::jsonb) = crm.predict(m, '{}'::jsonb) AS text_for_a_number FROM model;
SELECT feature, value FROM model, crm.explain(m, '{"contract": "three years"}'::jsonb) WHERE feature IN ('contract', 'tenure', 'account.auto_pay') ORDER BY feature;

-- Arrays: the same numbers, the same model; NULL is missing.
CREATE TABLE numbers AS SELECT *, ARRAY[tenure, complaints]::float8[] AS x FROM customers;
CREATE TABLE arrays AS SELECT crm.fit_logistic(has_left, x, '{"names": ["tenure", "complaints"]}') AS m FROM numbers;
SELECT name, round(estimate::numeric, 6) AS estimate FROM arrays, crm.coef(m);
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS same
  FROM arrays, crm.coef(m) AS a JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('tenure', tenure, 'complaints', complaints)) AS m FROM customers) AS x, crm.coef(m) AS c) AS b USING (name);
SELECT (SELECT string_agg(name, ', ') FROM crm.coef(m)) AS names FROM (SELECT crm.fit_logistic(has_left, ARRAY[tenure, nullif(complaints, 3)]::float8[]) AS m FROM customers) AS x;
SELECT crm.predict(m, ARRAY[12, NULL]::float8[]) = crm.predict(m, ARRAY[12, (SELECT avg(complaints) FROM customers)]::float8[]) AS as_on_average FROM arrays;
SELECT crm.why(m, ARRAY[1, 3]::float8[]), (SELECT count(*) FROM crm.explain(m, ARRAY[1, 3]::float8[])) AS rows FROM arrays;

-- However much rows weigh, it can be read how many they are.
SELECT observations = 2::numeric ^ 53 AS most, distinct_observations = (SELECT count(*) FROM numbers) AS distinct, converged FROM (SELECT crm.fit_logistic(has_left, x, 1e30, '{}') AS m FROM numbers) AS x, crm.fit_info(m);

-- Weights count rows; workers and order change nothing.
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9 AND abs(a.std_error - b.std_error) < 1e-9) AS weights
  FROM (SELECT c.* FROM (SELECT crm.fit_logistic(has_left, x, complaints, '{}') AS m FROM numbers) AS x, crm.coef(m) AS c) AS a
  JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(has_left, x) AS m FROM numbers, generate_series(1, complaints)) AS x, crm.coef(m) AS c) AS b USING (name);
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS by_order
  FROM model, crm.coef(m) AS a JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(has_left, features ORDER BY id * 7 % 2003) AS m FROM described) AS x, crm.coef(m) AS c) AS b USING (name);
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.fit_logistic(has_left, features) AS m FROM described;
SET max_parallel_workers_per_gather = 0;
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9 AND abs(a.std_error - b.std_error) < 1e-9) AS parallel
  FROM model, in_parallel AS p, crm.coef(model.m) AS a JOIN LATERAL crm.coef(p.m) AS b USING (name);

-- A model is a value.
SELECT m::text::crm.model::text = m::text AS text FROM model;
\copy model TO 'results/predict_logistic.bin' (FORMAT binary)
CREATE TABLE restored (LIKE model);
\copy restored FROM 'results/predict_logistic.bin' (FORMAT binary)
SELECT bool_and(crm.predict(model.m, features) = crm.predict(restored.m, features)) AS restored FROM model, restored, described;
SELECT crm.predict(m, '{"tenure": 2, "contract": "two years"}'::jsonb) AS made, crm.predict(m, '{"tenure": 2, "contract": "any other"}'::jsonb) AS other
  FROM crm.make_model('logistic', '{"intercept": 1, "tenure": -0.5, "contract=two years": -2}') AS m;
SELECT m::jsonb FROM crm.make_model('logistic', '{"intercept": 1, "tenure": -0.5, "contract=two years": -2}') AS m;
SELECT crm.model_send(crm.make_model('logistic', '{"intercept": 1, "tenure": -0.5, "contract=two years": -2}'));

-- Penalties: the ridge shrinks, the lasso leaves out, cross-validation chooses.
SELECT name, round(estimate::numeric, 4) AS estimate, std_error IS NULL AS no_error
  FROM (SELECT crm.fit_logistic(has_left, features, '{"l1": 12}') AS m FROM described) AS x, crm.coef(m);
SELECT bool_and(abs(r.estimate) < abs(c.estimate)) AS shrunk
  FROM (SELECT crm.fit_logistic(has_left, x, '{"l2": 50, "names": ["tenure", "complaints"]}') AS m FROM numbers) AS ridge, crm.coef(ridge.m) AS r JOIN (SELECT c.* FROM arrays, crm.coef(m) AS c) AS c USING (name) WHERE name <> 'intercept';
SELECT converged, message ~ '^penalty by cross-validation: l1 ' AS chosen, (SELECT count(*) FROM crm.coef(m) WHERE estimate = 0) > 0 AS leaves_out
  FROM (SELECT crm.fit_logistic(has_left, features, '{"penalty": "auto", "seed": 1}') AS m FROM described) AS x, crm.fit_info(m);
SELECT string_agg(name, ', ') AS names FROM (SELECT crm.fit_logistic(has_left, features, '{"reference": {"contract": "two years"}}') AS m FROM described) AS x, crm.coef(m);

-- What a fit says of its features: constant, missing, repeated, too good; rare levels are pooled.
SELECT message FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('tenure', tenure, 'years', tenure / 12.0, 'one', 1, 'none', NULL, 'mixed', CASE WHEN id % 2 = 0 THEN to_jsonb(id % 5) ELSE '"x"' END)) AS m FROM customers) AS x, crm.fit_info(m);
SELECT message ~ 'bill alone tells the outcome \(AUC 0.99' AS leak FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('bill', has_left::int * 10 + id % 11), '{"l2": 1}') AS m FROM customers) AS x, crm.fit_info(m);
SELECT string_agg(name, ', ') AS names FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('city', CASE WHEN id < 1500 THEN 'city ' || id % 3 ELSE 'village ' || id END)) AS m FROM customers) AS x, crm.coef(m);
SELECT count(*) FROM (SELECT crm.fit_logistic(n % 7 = 0, jsonb_build_object('city', n % 10000), '{"rare": 1, "levels": 50}') AS m FROM generate_series(1, 20000) AS n) AS x, crm.coef(m);
SELECT count(*), bool_or(name = 'city=other') AS other FROM (SELECT crm.fit_logistic(n % 7 = 0, jsonb_build_object('city', 'c' || n % 10000), '{"rare": 1, "levels": 50, "l2": 1}') AS m FROM generate_series(1, 20000) AS n) AS x, crm.coef(m);

SELECT message ~ '^bill holds numbers written as texts: cast them' AS written FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('bill', (id * 7 % 40)::text)) AS m FROM customers) AS x, crm.fit_info(m);

-- A fit that cannot be made says why and scores to NULL.
SELECT crm.predict(m, features) IS NULL AS unknown, converged, message
  FROM (SELECT crm.fit_logistic(true, features) AS m FROM described) AS x, crm.fit_info(m), (SELECT features FROM described WHERE id = 1) AS d;
SELECT converged, message FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('tenure', tenure, 'refund', CASE WHEN has_left THEN id % 7 ELSE 0 END + has_left::int)) AS m FROM customers) AS x, crm.fit_info(m);
SELECT converged, message FROM (SELECT crm.fit_logistic(has_left, jsonb_build_object('tenure', tenure, 'status', CASE WHEN has_left AND id % 3 = 0 THEN 'closed' ELSE 'open' END)) AS m FROM customers) AS x, crm.fit_info(m);
SELECT crm.fit_logistic(has_left, features) IS NULL AS no_rows FROM described WHERE has_left IS NULL;
SELECT skipped, observations FROM (SELECT crm.fit_logistic(CASE WHEN id > 5 THEN has_left END, CASE WHEN id > 9 THEN features END) AS m FROM described) AS x, crm.fit_info(m);
SELECT observations, message, round(crm.predict(m, '{}'::jsonb)::numeric, 4) AS share FROM (SELECT crm.fit_logistic(has_left, '{"a": null, "b": null}'::jsonb) AS m FROM customers) AS x, crm.fit_info(m);

-- Numbers are the server's doubles to the last bit, however they are written.
SET extra_float_digits = 1;
CREATE TABLE written (n numeric);
INSERT INTO written SELECT ((random() - 0.5) * 10 ^ (random() * 30 - 12))::numeric FROM generate_series(1, 2000);
INSERT INTO written SELECT round((random() * 10 ^ (random() * 9))::numeric, (random() * 8)::int) FROM generate_series(1, 2000);
INSERT INTO written VALUES (0), (-0.0), (1), (-1), (0.1), (10000), (0.0001), (9007199254740992), (9007199254740993), (12345678901234567), (1e22), (1e23), (1e300), (1e-300), (0.30000000000000004), (99999999), (1.0000000000000000001);
SELECT count(*) FILTER (WHERE value::float8 <> n::float8) AS differ
  FROM written, crm.explain(crm.make_model('logistic', '{"n": 0}'), jsonb_build_object('n', n, 'nn', 'a text that is long')) WHERE feature = 'n';

SELECT count(*), count(*) FILTER (WHERE e.value IS DISTINCT FROM coalesce(own.value::float8::text, 'missing')) AS differ
  FROM (SELECT jsonb_object_agg('f' || n, CASE WHEN n % 5 > 0 THEN n * 3.25 - 200 END) AS features, jsonb_object_agg('f' || n, 0) AS parameters FROM generate_series(1, 150) AS n) AS x,
       crm.explain(crm.make_model('logistic', parameters), features || '{"": 1, "a name that the model does not know": {"deep": "text"}}') AS e
  JOIN LATERAL jsonb_each_text(features) AS own ON own.key = e.feature;

-- What is refused.
SELECT crm.fit_logistic(true, '[1, 2]'::jsonb);
SELECT crm.fit_logistic(true, '3'::jsonb);
SELECT crm.fit_logistic(true, '{"tags": ["a", "b"]}'::jsonb);
SELECT crm.fit_logistic(true, '{"a.b": 1, "a": {"b": 2}}'::jsonb);
SELECT crm.fit_logistic(true, '{"a": 1e400}'::jsonb);
SELECT crm.fit_logistic(true, ('{"a":' || repeat('{"a":', 40) || '1' || repeat('}', 41))::jsonb);
SELECT crm.fit_logistic(true, x) FROM (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[1]::float8[])) AS v (x);
SELECT crm.fit_logistic(true, ARRAY[1, 'NaN']::float8[]);
SELECT crm.fit_logistic(true, ARRAY[1, 'infinity']::float8[]);
SELECT crm.fit_logistic(true, ARRAY[[1, 2]]::float8[]);
SELECT crm.fit_logistic(true, ARRAY[1]::float8[], -1, '{}');
SELECT crm.fit_logistic(true, '{}'::jsonb, '{"lambda": 1}');
SELECT crm.fit_logistic(true, '{}'::jsonb, '{"penalty": "strong"}');
SELECT crm.fit_logistic(true, '{}'::jsonb, '{"penalty": "auto", "l1": 1}');
SELECT crm.fit_logistic(true, '{}'::jsonb, '{"l2": -1}');
SELECT crm.fit_logistic(true, '{}'::jsonb, '{"names": ["a"]}');
SELECT crm.fit_logistic(has_left, x, '{"names": ["a"]}') FROM numbers;
SELECT crm.fit_logistic(has_left, features, '{"reference": {"contract": "none"}}') FROM described;
SELECT crm.fit_logistic(has_left, x, jsonb_build_object('l2', id % 2)) FROM numbers;
SELECT crm.fit_logistic(n % 2 = 0, jsonb_build_object('id', 'customer ' || n)) FROM generate_series(1, 70000) AS n;
SELECT crm.fit_logistic(true, (SELECT jsonb_object_agg('f' || n, n) FROM generate_series(1, 2001) AS n));
SELECT crm.predict(m, ARRAY[1]::float8[]) FROM model;
SELECT crm.predict(m, '{}'::jsonb) FROM arrays;
SELECT crm.predict(m, ARRAY[1]::float8[]) FROM arrays;
SELECT crm.predict(m, ARRAY[1, 'NaN']::float8[]) FROM arrays;
SELECT crm.why(m, '{}'::jsonb, 'because of {odds}') FROM model;
SELECT crm.predict(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'), '{}'::jsonb);
SELECT crm.odds_ratios(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'));

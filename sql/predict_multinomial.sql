-- Which plan will a customer choose? One of several labels.
CREATE SCHEMA predict_multinomial;
SET search_path = predict_multinomial, public;
SET extra_float_digits = 0;
CREATE TABLE customers AS
SELECT n AS id, visits, age, region, CASE WHEN u < p_gold THEN 'gold' WHEN u < p_gold + p_silver THEN 'silver' ELSE 'basic' END AS plan
  FROM generate_series(1, 3000) AS n,
       LATERAL (SELECT n * 31 % 41 AS visits, 20 + n * 17 % 101 % 50 AS age, (ARRAY['north', 'south', 'west'])[1 + n * 13 % 37 % 3] AS region, (n * 7919 % 1009 + 0.5) / 1009 AS u) AS x,
       LATERAL (SELECT exp(-2 + 0.06 * visits + CASE region WHEN 'south' THEN 0.8 ELSE 0 END) AS g, exp(-1 + 0.02 * age) AS s) AS e,
       LATERAL (SELECT g / (1 + g + s) AS p_gold, s / (1 + g + s) AS p_silver) AS p;
CREATE VIEW described AS SELECT *, jsonb_build_object('visits', CASE WHEN id % 20 > 0 THEN visits END, 'age', age, 'region', region) AS features FROM customers;
CREATE TABLE model AS SELECT crm.fit_logistic(plan, features) AS m FROM described;
SELECT kind, observations, round(log_likelihood::numeric, 4) AS log_likelihood, converged, message FROM model, crm.fit_info(m);
SELECT name, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error FROM model, crm.coef(m);
SELECT section, item, round(value::numeric, 4) AS value, note FROM model, crm.model_card(m) WHERE section <> 'coefficient';
SELECT name, round(odds_ratio::numeric, 4) AS odds_ratio, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, round(p_value::numeric, 4) AS p_value FROM model, crm.odds_ratios(m);

-- What it says of one customer.
SELECT id, (c).label, round((c).probability::numeric, 4) AS probability, round((c).margin::numeric, 4) AS margin FROM (SELECT id, crm.classify(m, features) AS c FROM model, described WHERE id IN (1, 2, 20)) AS x ORDER BY id;
SELECT label, round(probability::numeric, 4) AS probability FROM model, described, crm.label_probabilities(m, features) WHERE id = 1;
SELECT label, round(probability::numeric, 4) AS probability, round(margin::numeric, 4) AS margin FROM model, described, crm.classify_top(m, features, 2) WHERE id = 1;
SELECT feature, value, round(contribution::numeric, 4) AS contribution, direction FROM model, described, crm.explain(m, features, 'gold') WHERE id = 1;
SELECT round(crm.label_probability(m, features, 'silver')::numeric, 4) AS silver FROM model, described WHERE id = 1;
SELECT bool_and(abs(total - 1) < 1e-12) AS add_up FROM model, described, LATERAL (SELECT sum(probability) AS total FROM crm.label_probabilities(m, features)) AS t;

-- With an intercept, as many of each label are expected as there were.
SELECT plan, count(*) AS there_are, round(max(expected)::numeric, 6) AS expected FROM customers JOIN (SELECT label, sum(probability) AS expected FROM model, described, crm.label_probabilities(m, features) GROUP BY label) AS e ON label = plan GROUP BY plan ORDER BY plan;

-- Arrays, weights, order and workers; two labels are a yes or no.
CREATE TABLE arrays AS SELECT crm.fit_logistic(plan, ARRAY[visits, age]::float8[], '{"names": ["visits", "age"], "reference_label": "silver"}') AS m FROM customers;
SELECT name, round(estimate::numeric, 5) AS estimate FROM arrays, crm.coef(m);
SELECT (crm.classify(m, ARRAY[40, 20]::float8[])).label, round(crm.label_probability(m, ARRAY[40, NULL]::float8[], 'gold')::numeric, 4) AS gold, (SELECT count(*) FROM crm.classify_top(m, ARRAY[1, 2]::float8[], 9)) AS labels, (SELECT count(*) FROM crm.explain(m, ARRAY[1, 2]::float8[], 'gold')) AS rows, (SELECT count(*) FROM crm.label_probabilities(m, ARRAY[1, 2]::float8[])) AS all FROM arrays;
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9 AND abs(a.std_error - b.std_error) < 1e-9) AS weights
  FROM (SELECT c.* FROM (SELECT crm.fit_logistic(plan, features, id % 4, '{}') AS m FROM described) AS x, crm.coef(m) AS c) AS a
  JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(plan, features) AS m FROM described, generate_series(1, id % 4)) AS x, crm.coef(m) AS c) AS b USING (name);
SELECT observations = 2::numeric ^ 53 AS most, distinct_observations, converged FROM (SELECT crm.fit_logistic(plan, features, 1e30, '{}') AS m FROM described) AS x, crm.fit_info(m);
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS by_order
  FROM model, crm.coef(m) AS a JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(plan, features ORDER BY id * 7 % 3001) AS m FROM described) AS x, crm.coef(m) AS c) AS b USING (name);
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.fit_logistic(plan, features) AS m FROM described;
SET max_parallel_workers_per_gather = 0;
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9 AND abs(a.std_error - b.std_error) < 1e-9) AS parallel
  FROM model, in_parallel AS p, crm.coef(model.m) AS a JOIN LATERAL crm.coef(p.m) AS b USING (name);
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS yes_or_no
  FROM (SELECT c.* FROM (SELECT crm.fit_logistic(CASE plan WHEN 'gold' THEN 'yes' ELSE 'no' END, features) AS m FROM described) AS x, crm.coef(m) AS c) AS a
  JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(plan = 'gold', features) AS m FROM described) AS x, crm.coef(m) AS c) AS b ON a.name = 'yes: ' || b.name;
SELECT bool_and(abs(r.estimate) < abs(c.estimate)) AS shrunk
  FROM (SELECT c.* FROM (SELECT crm.fit_logistic(plan, features, '{"l2": 100}') AS m FROM described) AS x, crm.coef(m) AS c) AS r JOIN (SELECT c.* FROM model, crm.coef(m) AS c) AS c USING (name) WHERE name IN ('gold: visits', 'gold: region=south');

-- A model is a value.
SELECT m::text::crm.model::text = m::text AS text FROM model;
\copy model TO 'results/predict_multinomial.bin' (FORMAT binary)
CREATE TABLE restored (LIKE model);
\copy restored FROM 'results/predict_multinomial.bin' (FORMAT binary)
SELECT bool_and(crm.classify(a.m, features) = crm.classify(b.m, features)) AS restored FROM model AS a, restored AS b, described;
SELECT label, round(probability::numeric, 4) AS probability FROM crm.make_model('multinomial', '{"reference": "basic", "labels": {"gold": {"intercept": -2, "visits": 0.1, "region=south": 1}, "silver": {"visits": -0.1}}}') AS m, crm.classify_top(m, '{"visits": 20, "region": "south"}'::jsonb, 2);
SELECT crm.model_send(crm.make_model('multinomial', '{"reference": "basic", "labels": {"gold": {"visits": 0.5}}}'));

-- What cannot be.
SELECT converged, message, (crm.classify(m, '{}'::jsonb)).label IS NULL AS unknown FROM (SELECT crm.fit_logistic('gold'::text, features) AS m FROM described) AS x, crm.fit_info(m);
SELECT converged, message FROM (SELECT crm.fit_logistic(plan, jsonb_build_object('visits', CASE plan WHEN 'gold' THEN visits + 100 ELSE visits END)) AS m FROM customers) AS x, crm.fit_info(m);
SELECT crm.fit_logistic(plan, features) IS NULL AS no_rows FROM described WHERE plan IS NULL;
SELECT crm.fit_logistic(id::text, features) FROM described;
SELECT crm.fit_logistic(plan, jsonb_build_object('id', 'c' || id), '{"rare": 0, "levels": 1000}') FROM described;
SELECT crm.fit_logistic(plan, features, '{"l1": 1}') FROM described;
SELECT crm.fit_logistic(plan, features, '{"reference_label": "iron"}') FROM described;
SELECT crm.label_probability(m, '{}'::jsonb, 'iron') FROM model;
SELECT crm.classify_top(m, '{}'::jsonb, 0) FROM model;
SELECT crm.classify(m, ARRAY[1]::float8[]) FROM model;
SELECT crm.classify(m, 'a comment') FROM model;
SELECT crm.predict(m, '{}'::jsonb) FROM model;
SELECT crm.classify(crm.make_model('logistic', '{"intercept": 1}'), '{}'::jsonb);
SELECT crm.make_model('multinomial', '{"reference": "basic", "labels": {}}');
SELECT crm.make_model('multinomial', '{"reference": "basic", "labels": {"basic": {"visits": 1}}}');

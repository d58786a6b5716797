-- Domain predict: a million customers with 20 numbers each, whether they left, and how long they stayed. The rows are made of
-- whole numbers, so that bench/predict_peers.py makes the same. Read by scripts/bench.

--@ prepare
CREATE TABLE feature AS
SELECT k, (ARRAY[10007, 10009, 10037, 10039, 10061, 10067, 10069, 10079, 10091, 10093, 10099, 10103, 10111, 10133, 10139, 10141, 10151, 10159, 10163, 10169])[k] AS modulus,
       7919 + 104 * k AS factor, (k % 5 - 2) * 0.8 AS slope FROM generate_series(1, 20) AS k;
CREATE TABLE customers AS
SELECT n AS id, x, (n::bigint * 15485863 % 1000003 + 0.5) / 1000003 < 1 / (1 + exp(1 - risk)) AS has_left,
       -ln((n::bigint * 32452843 % 999983 + 0.5) / 999983) * exp(-risk) * 1000 AS stayed
  FROM generate_series(1, 1000000) AS n,
       LATERAL (SELECT array_agg((n::bigint * factor % modulus)::float8 / modulus ORDER BY k) AS x, sum((n::bigint * factor % modulus)::float8 / modulus * slope) AS risk FROM feature) AS made;
CREATE TABLE described AS
SELECT id, has_left, (SELECT jsonb_object_agg('x' || k, round(x[k]::numeric, 4)) FROM generate_series(1, 20) AS k) AS features FROM customers WHERE id <= 200000;
CREATE TABLE lives AS SELECT least(stayed, 1000) AS duration, stayed < 1000 AS event, x[1:5] AS x FROM customers;
CREATE TABLE model AS SELECT crm.fit_logistic(has_left, x) AS m, crm.fit_drift_reference(x) AS reference FROM customers;
CREATE TABLE described_model AS SELECT crm.fit_logistic(has_left, features) AS m FROM described;
VACUUM ANALYZE customers, described, lives, model, described_model;

--@ figure logistic regression: log-likelihood, off scikit-learn's; at most 0.0001
SELECT abs((crm.fit_info(m)).log_likelihood + 486731.1222) FROM model;

--@ figure Cox: log-likelihood, off that of R; at most 0.0001
SELECT abs((crm.fit_info(crm.fit_cox(duration, event, x))).log_likelihood + 8035220.6817) FROM lives;

--@ figure AUC, off scikit-learn's; at most 0.000000001
SELECT abs((crm.auc(has_left, x[1] + x[2])).auc - 0.465688392) FROM customers;

--@ limit `crm.fit_logistic` of a million rows of 20 numbers; at most 2
-- ours: the maximum, with standard errors
SELECT (crm.fit_info(crm.fit_logistic(has_left, x))).log_likelihood FROM customers;

--@ limit `crm.predict` of a million `float8[]` of 20; at most 0.5
-- ours: the model comes from a table
SELECT sum(crm.predict((SELECT m FROM model), x)) FROM customers;

--@ limit `crm.predict` of 200,000 `jsonb` of 20; at most 0.4
-- ours: names are looked up, numbers are read as they are stored
SELECT sum(crm.predict((SELECT m FROM described_model), features)) FROM described;

--@ limit `crm.auc` of a million scores; at most 1.5
-- ours: exact, with its standard error
SELECT (crm.auc(has_left, x[1] + x[2])).std_error FROM customers;

--@ limit `crm.fit_kaplan_meier` of a million lives; at most 1
-- ours: the whole curve
SELECT (crm.fit_info(crm.fit_kaplan_meier(duration, event))).observations FROM lives;

--@ limit `crm.fit_cox` of a million lives with five features; at most 5
-- ours: ties by Efron, standard errors, concordance
SELECT (crm.fit_info(crm.fit_cox(duration, event, x))).log_likelihood FROM lives;

--@ limit `crm.fit_drift_reference` of a million rows of 20 numbers; at most 1.5
-- ours: deciles of each number
SELECT (crm.fit_info(crm.fit_drift_reference(x))).observations FROM customers;

--@ limit `crm.drift` of a million rows of 20 numbers; at most 0.5
-- ours: the reference comes from a table
SELECT cardinality(crm.drift((SELECT reference FROM model), x)) FROM customers;

--@ limit `crm.cross_validate` of 200,000 `jsonb` rows of 20, five folds; at most 6
-- ours: five fits, and the judgement of each
SELECT count(*) FROM crm.cross_validate('SELECT has_left AS outcome, features FROM described', '{"models": ["logistic"]}');

--@ limit `crm.partial_dependence` of 10,000 rows, 20 values; at most 0.3
-- ours: 200,000 predictions
SELECT cardinality(crm.partial_dependence((SELECT m FROM model), x, 'x4')) FROM customers WHERE id <= 10000;

--@ limit `crm.qualify_leads` of 100,000 leads, 50 sellers; at most 3
-- ours: judged, ranked and routed
SELECT count(*) FROM crm.qualify_leads((SELECT m FROM described_model), 'SELECT id AS lead, id % 997 AS value, features FROM described WHERE id <= 100000',
                                       $$SELECT 's' || n AS seller, 30 AS capacity FROM generate_series(1, 50) AS n$$, options => '{"cost": 50}');

-- How good would a model be on rows it has not seen, and which of several would be best?
CREATE SCHEMA predict_cross_validation;
SET search_path = predict_cross_validation, public;
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE TABLE customers AS
SELECT n AS id, tenure, contract, complaints, date '2026-01-01' + n / 10 AS day,
       (n * 7919 % 1009 + 0.5) / 1009 < 1 / (1 + exp(-(0.8 - 0.05 * tenure + 0.7 * complaints - CASE contract WHEN 'two years' THEN 1.6 WHEN 'one year' THEN 0.7 ELSE 0 END))) AS has_left
  FROM generate_series(1, 2000) AS n,
       LATERAL (SELECT n * 31 % 61 AS tenure, (ARRAY['monthly', 'one year', 'two years'])[1 + n * 17 % 101 % 3] AS contract, n * 13 % 37 % 4 AS complaints) AS x;
CREATE VIEW labelled AS SELECT *, has_left AS outcome, jsonb_build_object('tenure', tenure, 'contract', contract, 'complaints', complaints) AS features FROM customers;

-- Folds of equal size and equal shares; equal rows are dealt out. A comment at the end of the query does no harm.
SELECT model, fold, since, rows, positives, round(auc::numeric, 4) AS auc, round(log_loss::numeric, 4) AS log_loss, round(brier::numeric, 4) AS brier, round(calibration_error::numeric, 4) AS calibration_error
  FROM crm.cross_validate('SELECT outcome, features FROM labelled -- all', '{"models": ["logistic"]}');

-- Neither the order of rows nor their number of workers moves a row to another fold; the seed does.
CREATE FUNCTION judged(query text, options jsonb) RETURNS text LANGUAGE sql AS
$$SELECT string_agg(format('%s %s %s %s', fold, rows, round(auc::numeric, 9), round(log_loss::numeric, 9)), '; ' ORDER BY model, fold) FROM crm.cross_validate(query, options)$$;
SELECT judged('SELECT outcome, features FROM labelled', '{"models": ["logistic"]}') = judged('SELECT outcome, features FROM labelled ORDER BY id * 7 % 2003', '{"models": ["logistic"]}') AS by_order,
       judged('SELECT outcome, features FROM labelled', '{"models": ["logistic"]}') <> judged('SELECT outcome, features FROM labelled', '{"models": ["logistic"], "seed": 1}') AS by_seed,
       judged('SELECT outcome, features FROM labelled', '{"models": ["logistic"]}') = judged('SELECT outcome, features, 1 AS weight FROM labelled', '{"models": ["logistic"]}') AS by_weight;

-- By time, each block is foretold from all before it: the same fits by hand, whose log-loss is that of the aggregate.
CREATE TABLE by_hand AS
WITH blocks AS (SELECT *, ((rank() OVER (ORDER BY day) - 1) * 4 / count(*) OVER ())::int AS block FROM labelled),
     folds AS (SELECT block AS fold, min(day) AS since FROM blocks WHERE block > 0 GROUP BY block),
     models AS MATERIALIZED (SELECT fold, gap, (SELECT crm.fit_logistic(outcome, features) FROM blocks WHERE block < fold AND day <= since - gap) AS m FROM folds, (VALUES (0), (30)) AS g (gap))
SELECT gap, fold, count(*) AS rows, crm.log_loss(outcome, crm.predict(m, features)) AS log_loss, (crm.auc(outcome, crm.predict(m, features))).auc, crm.brier(outcome, crm.predict(m, features)) AS brier
  FROM models JOIN blocks ON block = fold GROUP BY gap, fold;
SELECT gap, fold, c.since::date, rows, round(c.log_loss::numeric, 4) AS log_loss, abs(c.log_loss - b.log_loss) + abs(c.auc - b.auc) + abs(c.brier - b.brier) < 1e-9 AS as_by_hand
  FROM (SELECT 0 AS gap, * FROM crm.cross_validate('SELECT outcome, features, day AS at FROM labelled', '{"models": ["logistic"], "folds": 3}')
        UNION ALL SELECT 30, * FROM crm.cross_validate('SELECT outcome, features, day AS at FROM labelled', '{"models": ["logistic"], "folds": 3, "gap": "30 days"}')) AS c
  JOIN by_hand AS b USING (gap, fold, rows) ORDER BY gap, fold;
-- What was known exactly so long before has shown its outcome: with rows of every month, a month's gap leaves out none of the months before.
SELECT judged(query, '{"models": ["logistic"], "folds": 3, "gap": "1 month"}') = judged(query, '{"models": ["logistic"], "folds": 3}') AS none_left_out,
       judged(query, '{"models": ["logistic"], "folds": 3, "gap": "1 month 1 day"}') = judged(query, '{"models": ["logistic"], "folds": 3}') AS none_left_out_of_more
  FROM (SELECT $$SELECT outcome, features, timestamptz '2026-01-01' + (id % 12) * interval '1 month' AS at FROM labelled$$ AS query) AS q;
-- The AUC of all folds compares pairs within folds; the others are means over rows.
SELECT abs(max(c.auc) FILTER (WHERE fold IS NULL) - sum(c.auc * positives * (rows - positives)) FILTER (WHERE fold > 0) / sum(positives * (rows - positives)) FILTER (WHERE fold > 0)) < 1e-9 AS auc,
       abs(max(c.brier) FILTER (WHERE fold IS NULL) - sum(c.brier * rows) FILTER (WHERE fold > 0) / sum(rows) FILTER (WHERE fold > 0)) < 1e-9 AS brier
  FROM crm.cross_validate('SELECT outcome, features, day AS at FROM labelled', '{"models": ["logistic"], "folds": 3}') AS c;

-- Who comes again is known beforehand unless all his rows are in one fold.
CREATE TABLE visits AS
SELECT n % 40 AS customer, hashint4(n % 40) % 2 = 0 AS outcome, jsonb_build_object('name', 'c' || n % 40, 'visit', n) AS features FROM generate_series(1, 800) AS n;
SELECT bool_and(auc > 0.9) FILTER (WHERE parting = 'row') AS known, bool_and(auc < 0.7) FILTER (WHERE parting = 'customer') AS not_known,
       array_agg(rows ORDER BY fold) FILTER (WHERE parting = 'customer') AS rows
  FROM (SELECT 'row' AS parting, * FROM crm.cross_validate('SELECT * FROM visits', '{"models": {"logistic": {"l2": 1}}, "by": "row"}')
        UNION ALL SELECT 'customer', * FROM crm.cross_validate('SELECT * FROM visits', '{"models": {"logistic": {"l2": 1}}}')) AS c;

-- Weights count in every figure: a row of weight 2 is two.
SELECT abs(w.log_loss - t.log_loss) < 1e-9 AS log_loss, abs(w.auc - t.auc) < 1e-9 AS auc, w.calibration_error
  FROM crm.cross_validate('SELECT outcome, features, 1 + complaints AS weight, id AS customer FROM labelled', '{"models": ["logistic"], "folds": 2}') AS w
  JOIN crm.cross_validate('SELECT outcome, features, 1 AS weight, id AS customer FROM labelled, generate_series(0, complaints)', '{"models": ["logistic"], "folds": 2}') AS t
    ON w.fold IS NOT DISTINCT FROM t.fold AND w.rows < t.rows;

-- The best of several, fitted to all.
CREATE TABLE best AS SELECT * FROM crm.fit_best('SELECT outcome, features FROM labelled', '{"models": [{"logistic": {"l2": 1000}}, "logistic", {"logistic": {"l2": 100}}]}');
SELECT chosen, j ->> 'model' AS model, round((j ->> 'log_loss')::numeric, 4) AS log_loss, round((j ->> 'auc')::numeric, 4) AS auc, j ->> 'rows' AS rows FROM best, jsonb_array_elements(judged) AS j;
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-9) AS fitted_to_all
  FROM best, crm.coef(model) AS a JOIN (SELECT c.* FROM (SELECT crm.fit_logistic(outcome, features) AS m FROM labelled) AS x, crm.coef(m) AS c) AS b USING (name);
SELECT chosen FROM crm.fit_best('SELECT outcome, ARRAY[tenure, complaints] AS features FROM labelled', '{"models": ["logistic", {"logistic": {"names": ["tenure", "complaints"]}}], "measure": "auc"}');

-- A probability whose square is no number any more.
CREATE TABLE far AS SELECT n AS day, n % 20 + n % 3 > 11 AS outcome, ARRAY[n % 20]::float8[] AS features FROM generate_series(1, 200) AS n
UNION ALL SELECT 1000, false, ARRAY[-n]::float8[] FROM generate_series(1, 1000, 20) AS n;
SELECT count(*) FILTER (WHERE probability > 0 AND probability < 1e-160) > 0 AS tiny FROM crm.held_out('SELECT outcome, features, timestamp ''2026-01-01'' + day * interval ''1 day'' AS at FROM far', '{"models": {"logistic": {"l2": 1}}, "folds": 3}');
SELECT fold, rows, round(brier::numeric, 4) AS brier FROM crm.cross_validate('SELECT outcome, features, timestamp ''2026-01-01'' + day * interval ''1 day'' AS at FROM far', '{"models": {"logistic": {"l2": 1}}, "folds": 3}');

-- What was predicted for each row not seen: to draw any chart from, and to calibrate by.
SELECT model, count(*) AS rows, count(DISTINCT customer) AS customers, count(DISTINCT fold) AS folds, round(crm.log_loss(outcome, probability)::numeric, 4) AS log_loss, sum(weight) AS weight
  FROM crm.held_out('SELECT outcome, features, id AS customer FROM labelled', '{"models": ["logistic", {"logistic": {"l2": 1000}}]}') GROUP BY model ORDER BY model;
SELECT abs(h.log_loss - c.log_loss) + abs(h.brier - c.brier) + abs(h.error - c.calibration_error) < 1e-9 AS as_judged
  FROM (SELECT crm.log_loss(outcome, probability) AS log_loss, crm.brier(outcome, probability) AS brier, (crm.calibration_error(outcome, probability)).expected AS error
          FROM crm.held_out('SELECT outcome, features FROM labelled', '{"models": ["logistic"]}')) AS h, crm.cross_validate('SELECT outcome, features FROM labelled', '{"models": ["logistic"]}') AS c WHERE fold IS NULL;
SELECT c.calibration::text = (SELECT crm.fit_calibration(outcome, probability) FROM crm.held_out('SELECT outcome, features FROM labelled', '{"models": {"logistic": {"l2": 1000}}}'))::text AS same,
       round((crm.calibration_error(outcome, crm.predict(model, features))).expected::numeric, 3) AS error_as_said, round((crm.calibration_error(outcome, crm.calibrate(calibration, crm.predict(model, features)))).expected::numeric, 3) AS error_calibrated
  FROM crm.fit_best('SELECT outcome, features FROM labelled', '{"models": {"logistic": {"l2": 1000}}}') AS c, labelled GROUP BY c.calibration::text;
SELECT calibration IS NULL AS not_with_weights FROM crm.fit_best('SELECT outcome, features, complaints AS weight FROM labelled', '{"models": ["logistic"]}');

-- A model that cannot be fitted in some fold has no figures, and is never the best.
SET client_min_messages = error;
SELECT fold, rows, positives, auc, log_loss FROM crm.cross_validate('SELECT id > 40 AND id % 9 < 2 AS outcome, features, day AS at FROM labelled WHERE id <= 100', '{"models": ["logistic"], "folds": 2}');
SELECT * FROM crm.fit_best('SELECT id > 40 AND id % 9 < 2 AS outcome, features, day AS at FROM labelled WHERE id <= 100', '{"models": ["logistic"], "folds": 2}');
RESET client_min_messages;

-- Nothing to read.
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled WHERE false');
SELECT * FROM crm.cross_validate(NULL);

-- What is refused.
SELECT * FROM crm.cross_validate('SELECT features FROM labelled');
SELECT * FROM crm.cross_validate('SELECT 1 AS outcome, features FROM labelled');
SELECT * FROM crm.cross_validate('SELECT outcome, contract AS features FROM labelled');
\set VERBOSITY terse
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"models": ["forest"]}');
\set VERBOSITY default
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"models": []}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"models": {"logistic": {"depth": 3}}}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"models": ["logistic", {"logistic": {}}]}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"measure": "auc"}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"folds": 1}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"fold": 5}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"by": "week"}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"by": "time"}');
SELECT * FROM crm.cross_validate('SELECT outcome, features FROM labelled', '{"gap": 30}');
SELECT * FROM crm.cross_validate('SELECT outcome, features, day AS at FROM labelled', '{"gap": -1}');
SELECT * FROM crm.fit_best('SELECT outcome, features FROM labelled', '{"measure": "accuracy"}');
\set VERBOSITY sqlstate
SELECT * FROM crm.cross_validate('SELECT true AS outcome, features FROM nowhere');
SELECT * FROM crm.cross_validate('WITH gone AS (DELETE FROM customers RETURNING *) SELECT has_left AS outcome, ARRAY[tenure] AS features FROM gone');

SET client_min_messages = warning;
DROP SCHEMA predict_cross_validation CASCADE;

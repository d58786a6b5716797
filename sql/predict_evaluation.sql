-- Whether scores and probabilities told what then happened.
CREATE SCHEMA predict_evaluation;
SET search_path = predict_evaluation, public;
SET extra_float_digits = -3;
-- 1000 customers, a probability to leave with ties, a second score that knows less, and who left.
CREATE TABLE judged AS
SELECT id, (p + 0.5) / 64 AS probability, (p / 16 * 5 + q) / 32.0 AS other, r < p AS has_left
  FROM (SELECT id, id * 7919 % 1009 % 64 AS p, id * 104729 % 1013 % 16 AS q, id * 1299709 % 1019 % 80 AS r FROM generate_series(1, 1000) AS id) AS x;

SELECT (crm.auc(has_left, probability)).* FROM judged;
SELECT id % 3 AS segment, round((crm.auc(has_left, probability)).auc::numeric, 6) AS auc, crm.auc(has_left, probability, 1) = crm.auc(has_left, probability) AS weight_of_one FROM judged GROUP BY 1 ORDER BY 1;
SELECT crm.auc(has_left, probability, id % 4) = (SELECT crm.auc(has_left, probability) FROM judged, generate_series(1, id % 4)) AS repeated FROM judged;
SELECT (crm.auc_difference(has_left, probability, other)).* FROM judged;
SELECT crm.average_precision(has_left, probability), crm.kolmogorov_smirnov(has_left, probability), crm.brier(has_left, probability), crm.log_loss(has_left, probability) FROM judged;
SELECT crm.log_loss(CASE WHEN has_left THEN probability ELSE 1 - probability END) FROM judged;
SELECT b.* FROM (SELECT crm.calibration(has_left, probability) AS rows FROM judged) AS x, unnest(rows) AS b;
SELECT b.* FROM (SELECT crm.calibration(has_left, probability, 4, true) AS rows FROM judged) AS x, unnest(rows) AS b;
SELECT (crm.calibration_error(has_left, probability)).*, crm.calibration_error(has_left, probability, 5) AS of_5, crm.calibration_error(has_left, probability, 5, true) AS of_5_equal FROM judged;
SELECT p.* FROM (SELECT crm.roc_curve(has_left, probability, 6) AS rows FROM judged) AS x, unnest(rows) AS p;
SELECT p.* FROM (SELECT crm.precision_recall_curve(has_left, probability, 6) AS rows FROM judged) AS x, unnest(rows) AS p;
SELECT cardinality(crm.roc_curve(has_left, probability)) AS roc, cardinality(crm.precision_recall_curve(has_left, probability)) AS precision_recall,
       cardinality(crm.roc_curve(has_left, probability + id)) AS thinned, cardinality(crm.precision_recall_curve(has_left, probability + id)) AS thinned FROM judged;
SELECT g.* FROM (SELECT crm.gain(has_left, probability) AS rows FROM judged) AS x, unnest(rows) AS g;
SELECT cardinality(crm.gain(has_left, probability, 100)) FROM judged;
-- A call costs 4 and keeps, of those who would leave, a margin of 10.
SELECT (crm.best_threshold(has_left, probability, 10 - 4, -4, 0, 0)).* FROM judged;
SELECT (crm.best_threshold(has_left, probability, 0, -4, 0, 0)).* FROM judged;

-- Against SQL itself.
SELECT abs((crm.auc(has_left, probability)).auc - (SELECT avg(CASE WHEN l.probability > s.probability THEN 1 WHEN l.probability = s.probability THEN 0.5 ELSE 0 END)
                                                   FROM judged AS l, judged AS s WHERE l.has_left AND NOT s.has_left)) < 1e-12 AS auc,
       abs(crm.brier(has_left, probability) - avg((probability - has_left::int) ^ 2)) < 1e-12 AS brier,
       abs(crm.log_loss(has_left, probability) + avg(ln(CASE WHEN has_left THEN probability ELSE 1 - probability END))) < 1e-12 AS log_loss
  FROM judged;
SELECT bool_and(c.count = e.count AND c.positives = e.positives AND abs(c.mean_probability - e.mean) < 1e-12) AS calibration, count(*)
  FROM (SELECT crm.calibration(has_left, probability) AS rows FROM judged) AS x, unnest(rows) AS c
  JOIN (SELECT ceil(probability * 10) AS bin, count(*), count(*) FILTER (WHERE has_left) AS positives, avg(probability) AS mean FROM judged GROUP BY 1) AS e USING (bin);
SELECT bool_and(abs(g.positives - e.positives) < 1e-9 AND g.count = e.count AND g.lowest_score = e.lowest) AS gain
  FROM (SELECT crm.gain(has_left, probability, 7) AS rows FROM judged) AS x, unnest(rows) AS g
  JOIN (SELECT bin, sum(mean) AS positives, count(*), min(probability) AS lowest
          FROM (SELECT probability, ntile(7) OVER (ORDER BY probability DESC) AS bin, avg(has_left::int) OVER (PARTITION BY probability) AS mean FROM judged) AS x GROUP BY bin) AS e USING (bin);
SELECT abs((b).profit - (SELECT max(profit) FROM (SELECT t.probability, sum(CASE WHEN j.probability < t.probability THEN 0 WHEN j.has_left THEN 6 ELSE -4 END) AS profit
                                                    FROM (SELECT DISTINCT probability FROM judged) AS t, judged AS j GROUP BY 1) AS y)) < 1e-9 AS profit
  FROM (SELECT crm.best_threshold(has_left, probability, 6, -4, 0, 0) AS b FROM judged) AS x;

-- NULLs are skipped; what one class or no row cannot tell is NULL.
SELECT (crm.auc(a, s)).* FROM (VALUES (true, 0.9), (NULL, 0.5), (false, NULL), (false, 0.1), (true, 0.1)) AS x (a, s);
SELECT (crm.auc(true, s)).*, crm.auc_difference(true, s, s) AS difference, crm.kolmogorov_smirnov(true, s) AS ks, crm.roc_curve(true, s) AS roc,
       crm.average_precision(true, s) AS true_ap, crm.average_precision(false, s) AS false_ap, crm.precision_recall_curve(false, s) AS pr FROM (VALUES (1), (2)) AS x (s);
SELECT g.* FROM (SELECT crm.gain(false, s) AS rows FROM (VALUES (1), (2)) AS x (s)) AS x, unnest(rows) AS g;
SELECT crm.auc(a, s) IS NULL AS auc, crm.brier(a, s) IS NULL AS brier, crm.log_loss(a, s) IS NULL AS log_loss, crm.log_loss(s) IS NULL AS log_loss, crm.calibration(a, s) IS NULL AS calibration,
       crm.calibration_error(a, s) IS NULL AS error, crm.gain(a, s) IS NULL AS gain, crm.best_threshold(a, s, 1, 1, 1, 1) IS NULL AS threshold FROM (VALUES (NULL::boolean, NULL::float8)) AS x (a, s);
-- What was called impossible and happened costs 36.04.
SELECT crm.log_loss(true, 0), crm.log_loss(false, 1), crm.log_loss(false, 0) AS right, crm.log_loss(0) AS several;

-- What is refused.
SELECT crm.auc(true, 'NaN');
SELECT crm.auc(true, '-infinity');
SELECT crm.auc(true, 0.5, -1);
SELECT crm.auc_difference(true, 0.5, 'NaN');
SELECT crm.brier(true, 1.5);
SELECT crm.log_loss(true, -0.1);
SELECT crm.log_loss('NaN'::float8);
SELECT crm.calibration(true, 70);
SELECT crm.calibration(true, 0.7, 0);
SELECT crm.calibration(true, 0.7, n) FROM generate_series(1, 2) AS n;
SELECT crm.gain(true, 1, 10001);
SELECT crm.roc_curve(true, 1, 1);
SELECT crm.best_threshold(true, 1, 'infinity', 0, 0, 0);
SELECT crm.best_threshold(true, 1, n, 0, 0, 0) FROM generate_series(1, 2) AS n;

-- Any order of rows and any number of workers give the same.
CREATE TABLE many AS SELECT id % 7 < 2 + (id * 7919 % 10007) / 5000 AS happened, (id * 7919 % 10007) / 10007.0::float8 AS p, (id * 104729 % 10009) / 10009.0::float8 AS q FROM generate_series(1, 50000::bigint) AS id;
ANALYZE many;
CREATE VIEW answers AS
SELECT crm.auc(happened, p) AS auc, crm.auc(happened, p, 2) AS weighted, crm.auc_difference(happened, p, q) AS difference, crm.average_precision(happened, p) AS ap, crm.kolmogorov_smirnov(happened, p) AS ks,
       crm.brier(happened, p) AS brier, crm.log_loss(happened, p) AS log_loss, crm.log_loss(p) AS log_loss_1, crm.calibration(happened, p, 20) AS calibration, crm.calibration_error(happened, p, 20, true) AS error,
       crm.roc_curve(happened, p) AS roc, crm.precision_recall_curve(happened, p) AS pr, crm.gain(happened, p) AS gain, crm.best_threshold(happened, p, 3, -1, 0, 0) AS threshold FROM many;
CREATE TABLE serial AS SELECT * FROM answers;
CREATE TABLE shuffled AS SELECT * FROM many ORDER BY q;
SELECT (SELECT crm.auc(happened, p) FROM shuffled) = auc AS auc, (SELECT crm.log_loss(happened, p) FROM shuffled) = log_loss AS log_loss FROM serial;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT auc FROM answers;
SET extra_float_digits = 1;
SELECT answers::text = serial::text AS parallel FROM answers, serial;
DROP SCHEMA predict_evaluation CASCADE;

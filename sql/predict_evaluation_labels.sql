-- Whether predicted labels are the actual ones.
CREATE SCHEMA predict_evaluation_labels;
SET search_path = predict_evaluation_labels, public;
SET extra_float_digits = -3;
CREATE TABLE comments (id int, actual text, predicted text);
INSERT INTO comments SELECT id, t[1 + a], CASE WHEN b < 6 THEN t[1 + a] WHEN b > 6 THEN t[1 + (a + b) % 4] END
  FROM (SELECT id, ARRAY['delivery', 'price', 'quality', 'accuracy'] AS t, id * 7919 % 1009 % 3 AS a, id * 104729 % 1013 % 10 AS b FROM generate_series(1, 200) AS id) AS x;

SELECT r.* FROM (SELECT crm.classification_report(actual, predicted) AS rows FROM comments) AS x, unnest(rows) AS r;
SELECT c.* FROM (SELECT crm.confusion(actual, predicted) AS rows FROM comments) AS x, unnest(rows) AS c;
-- Only those that were predicted: no micro average, which would be the accuracy.
SELECT r.* FROM (SELECT crm.classification_report(actual, predicted) FILTER (WHERE predicted IS NOT NULL) AS rows FROM comments) AS x, unnest(rows) AS r WHERE r.section <> 'label';
-- A figure by name.
SELECT id % 2 AS half, round(r.value::numeric, 4) AS accuracy, round(r.lower::numeric, 4) AS lower, round(r.upper::numeric, 4) AS upper
  FROM (SELECT id % 2 AS id, crm.classification_report(actual, predicted) AS rows FROM comments GROUP BY 1) AS x, unnest(rows) AS r
 WHERE r.section = 'overall' AND r.label = 'accuracy' ORDER BY 1;
SELECT crm.classification_report(actual, predicted, id % 3) = (SELECT crm.classification_report(actual, predicted) FROM comments, generate_series(1, id % 3)) AS repeated FROM comments;

-- Happened or not.
SELECT r.* FROM (SELECT crm.classification_report(a, p) AS rows FROM (VALUES (true, true), (true, false), (false, false), (false, false), (true, NULL), (NULL, true)) AS x (a, p)) AS x, unnest(rows) AS r;
SELECT crm.confusion(a, p) FROM (VALUES (true, true), (true, false), (false, false), (false, false), (true, NULL), (NULL, true)) AS x (a, p);
SELECT crm.classification_report(a, p, w) = (SELECT crm.classification_report(a, p) FROM (VALUES (true, true), (true, true), (false, true)) AS y (a, p)) AS weighted
  FROM (VALUES (true, true, 2), (false, true, 1), (false, false, 0), (true, true, NULL)) AS x (a, p, w);

-- Several labels a row.
SELECT r.* FROM (SELECT crm.classification_report(a, p) AS rows
                   FROM (VALUES ('{price,quality}'::text[], '{price}'::text[]), ('{price}', '{price,delivery}'), ('{}', '{}'), ('{quality,quality}', '{quality}'), ('{delivery}', NULL), (NULL, '{price}')) AS x (a, p)) AS x, unnest(rows) AS r;
SELECT crm.classification_report(ARRAY[actual], ARRAY[predicted]) FILTER (WHERE predicted IS NOT NULL) IS NOT NULL AS sets_of_one FROM comments;

-- What is undefined is NULL.
SELECT r.* FROM (SELECT crm.classification_report('yes', 'yes') AS rows) AS x, unnest(rows) AS r;
SELECT r.* FROM (SELECT crm.classification_report('yes', NULL) AS rows) AS x, unnest(rows) AS r;
SELECT crm.classification_report(NULL::text, 'yes') IS NULL AS no_rows, crm.confusion(NULL, 'yes') IS NULL AS no_rows, crm.classification_report(NULL::text[], '{yes}') IS NULL AS no_rows;
SELECT crm.confusion('', 'x y') AS texts;

-- What is refused.
SELECT crm.classification_report('a', 'b', -1);
SELECT crm.classification_report('a', 'b', 'NaN');
SELECT crm.classification_report(ARRAY['a', NULL], ARRAY['b']);
SELECT crm.classification_report(ARRAY[['a'], ['b']], ARRAY['b']);
SELECT crm.confusion('label ' || n, 'a') FROM generate_series(1, 2000000) AS n;
SELECT crm.classification_report(repeat(chr(48 + n), 1000000), 'a') FROM generate_series(1, 70) AS n;

-- Any order of rows and any number of workers give the same.
CREATE TABLE many AS SELECT 'label ' || id * 7919 % 10007 % 50 AS a, 'label ' || id * 104729 % 10009 % 60 AS p FROM generate_series(1, 50000::bigint) AS id;
ANALYZE many;
CREATE VIEW answers AS SELECT crm.classification_report(a, p) AS report, crm.confusion(a, p) AS confusion, crm.classification_report(ARRAY[a, p], ARRAY[p]) AS sets FROM many;
CREATE TABLE serial AS SELECT * FROM answers;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT * FROM answers;
SELECT a.report = s.report AND a.confusion = s.confusion AND a.sets = s.sets AS parallel, cardinality(a.confusion) FROM answers AS a, serial AS s;
DROP SCHEMA predict_evaluation_labels CASCADE;

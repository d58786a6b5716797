-- Naive Bayes: labels for comments from counts, one pass, and what was counted apart adds up.
CREATE SCHEMA text_bayes;
SET search_path = text_bayes, public;
SET extra_float_digits = 0;
CREATE TABLE comments (id int, day date, label text, comment text);
INSERT INTO comments
SELECT n, date '2026-01-01' + n % 7, (ARRAY['bill', 'card', 'login'])[1 + n % 3],
       (ARRAY['the bill is wrong', 'my card is lost', 'cannot log in', 'why is my bill so high', 'a new card please', 'log in fails in the app',
              'charged twice on this bill', 'the card was declined', 'password is not accepted'])[1 + n % 9] || (ARRAY['', '!', ' please help', ' since monday'])[1 + n / 9 % 4]
  FROM generate_series(0, 179) AS n;
CREATE TABLE fitted AS SELECT crm.fit_text_bayes(label, comment) AS model FROM comments;
SELECT (crm.fit_info(model)).* FROM fitted;
SELECT model::jsonb - 'stored' - 'calibration' AS model, model::jsonb #> '{calibration,comments}' AS calibrated_on FROM fitted;
SELECT length(crm.model_send(model)) < 3000 AS small FROM fitted;

-- Days counted apart add up to the model of all days, bit for bit; so do workers and orders.
CREATE TABLE daily AS SELECT day, crm.fit_text_bayes(label, comment) AS model FROM comments GROUP BY day;
SELECT crm.model_send(crm.rollup(daily.model)) = crm.model_send((SELECT model FROM fitted)) AS rollup FROM daily;
SELECT crm.model_send(crm.fit_text_bayes(label, comment ORDER BY md5(id::text))) = crm.model_send((SELECT model FROM fitted)) AS shuffled FROM comments;
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SELECT crm.model_send(crm.fit_text_bayes(label, comment)) = crm.model_send((SELECT model FROM fitted)) AS workers FROM comments;
COMMIT;
SET client_min_messages = error;
SELECT crm.model_send(crm.rollup(m)) = crm.model_send((SELECT model FROM fitted)) AS rollup_of_labels FROM (SELECT crm.fit_text_bayes(label, comment) AS m FROM comments GROUP BY label) AS x;
RESET client_min_messages;
SELECT crm.rollup(model) IS NULL AS no_rows FROM daily WHERE false;

-- Text, jsonb and binary are the same value.
SELECT crm.model_send(model::text::crm.model) = crm.model_send(model) AS text FROM fitted;
\copy fitted TO 'results/text_bayes.bin' (FORMAT binary)
CREATE TABLE restored (LIKE fitted);
\copy restored FROM 'results/text_bayes.bin' (FORMAT binary)
SELECT crm.model_send(r.model) = crm.model_send(f.model) AS restored FROM restored AS r, fitted AS f;

-- Options.
SELECT o, m::jsonb -> 'options' AS options, m::jsonb #>> '{calibration,kind}' AS kind, m::jsonb #>> '{calibration,smoothing}' AS smoothing
  FROM (VALUES (1, '{}'::jsonb), (2, '{"words": 1, "characters": [2, 5]}'), (3, '{"kind": "complement", "smoothing": 0.5, "other": 0}'), (4, '{"kind": "normalised_complement", "smoothing": null, "characters": false}')) AS x (n, o),
       LATERAL (SELECT crm.fit_text_bayes(label, comment, o) AS m FROM comments) AS y ORDER BY n;

-- Rows with a NULL are skipped; without any comment there is no model, with one label none that scores.
SELECT (crm.fit_info(crm.fit_text_bayes(l, c))).skipped FROM (VALUES ('a', 'x'), (NULL, 'y'), ('b', NULL), ('b', 'z')) AS x (l, c);
SELECT crm.fit_text_bayes(l, c) IS NULL AS no_comment FROM (VALUES (NULL, 'y'), ('b', NULL)) AS x (l, c);
SELECT (crm.fit_info(crm.fit_text_bayes(label, comment))).message FROM comments WHERE label = 'bill';
SELECT (crm.fit_info(crm.fit_text_bayes(label, '...'))).message FROM comments;
SELECT (crm.fit_info(crm.fit_text_bayes(label, comment))).message FROM comments WHERE id < 6;

-- What is refused.
SELECT crm.fit_text_bayes(label, comment, '{"kind": "gaussian"}') FROM comments;
SELECT crm.fit_text_bayes(label, comment, '{"words": 0}') FROM comments;
SELECT crm.fit_text_bayes(label, comment, '{"characters": [3]}') FROM comments;
SELECT crm.fit_text_bayes(label, comment, '{"smoothing": 0}') FROM comments;
SELECT crm.fit_text_bayes(label, comment, '{"stop_words": true}') FROM comments;
SELECT crm.fit_text_bayes(label, comment, jsonb_build_object('words', 1 + id % 2)) FROM comments;
SELECT crm.fit_text_bayes('customer ' || n, 'hello') FROM generate_series(1, 100000) AS n;
SELECT crm.fit_text_bayes(repeat('x', 1001), 'hello');
SELECT crm.rollup(m ORDER BY o::text) FROM (SELECT o, crm.fit_text_bayes(label, comment, o) AS m FROM comments, (VALUES ('{"words": 1}'::jsonb), ('{}')) AS x (o) GROUP BY o) AS y;
SELECT crm.rollup(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'));
SELECT crm.make_model('text_bayes', '{}');
SELECT '{"kind": "text_bayes", "version": 1, "stored": "AAAA"}'::crm.model;

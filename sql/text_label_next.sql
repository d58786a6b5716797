-- Which comments a person should label next.
CREATE SCHEMA text_label_next;
SET search_path = text_label_next, public;
SET extra_float_digits = 0;
CREATE TABLE labelled (label text, comment text);
INSERT INTO labelled VALUES
    ('bill', 'the bill is wrong'), ('bill', 'my bill is too high'), ('bill', 'why this bill'), ('card', 'my card is lost'), ('card', 'a new card please'),
    ('card', 'the card is broken'), ('login', 'cannot log in'), ('login', 'log in is not possible'), ('login', 'cannot log in with my phone');
CREATE TABLE fitted AS SELECT crm.fit_text_bayes(label, comment, '{"kind": "multinomial", "smoothing": 0.3}') AS model FROM labelled;
CREATE TABLE unlabelled (id int, comment text);
INSERT INTO unlabelled VALUES
    (1, 'the bill is wrong again'), (2, 'bill for a new card'), (3, 'Bill for a NEW card!'), (4, '?!'), (5, NULL), (6, 'my card is lost please'),
    (7, 'cannot log in to see the bill'), (8, 'bill for my new card'), (9, 'please help'), (10, 'log in with a card'), (11, 'ขอบคุณ'), (12, 'مرحبا'), (13, '👍');
SELECT n."position", n.id, n.label, round(n.probability::numeric, 3) AS probability, n.runner_up, round(n.gap::numeric, 3) AS gap, n.copies, n.reason
  FROM (SELECT crm.to_label_next(model, id::text, comment) AS rows FROM unlabelled, fitted) AS x, unnest(rows) AS n;
SELECT n."position", n.id FROM (SELECT crm.to_label_next(model, id::text, comment, 2) AS rows FROM unlabelled, fitted) AS x, unnest(rows) AS n;

-- Without diversity the least sure come first, however alike.
SELECT bool_and(gap >= before IS NOT FALSE) AS by_gap
  FROM (SELECT n.gap, lag(n.gap) OVER (ORDER BY n."position") AS before
          FROM (SELECT crm.to_label_next(model, id::text, comment, '{"diversity": 0, "how_many": 5}'::jsonb) AS rows FROM unlabelled, fitted) AS x, unnest(rows) AS n) AS y;

-- The same whatever the order, and with workers.
CREATE TABLE many AS SELECT n AS id, (ARRAY['my bill', 'a new card', 'log in', 'why', 'please'])[1 + n % 5] || ' ' || (ARRAY['is wrong', 'is lost', 'to the app', 'please', 'card', 'bill', 'help'])[1 + n % 7] || ' ' || n % 50 AS comment FROM generate_series(1, 5000) AS n;
CREATE TABLE asked AS SELECT crm.to_label_next(model, id::text, comment, 30) AS rows FROM many, fitted;
SELECT cardinality(rows), (SELECT count(DISTINCT id) FROM unnest(rows)) AS ids, (SELECT sum(copies) > 30 FROM unnest(rows)) AS copies FROM asked;
SELECT crm.to_label_next(model, id::text, comment, 30 ORDER BY md5(id::text)) = (SELECT rows FROM asked) AS shuffled FROM many, fitted;
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
SELECT crm.to_label_next((SELECT model FROM fitted), id::text, comment, 30) = (SELECT rows FROM asked) AS workers FROM many;
COMMIT;

-- NULL over no rows.
SELECT crm.to_label_next(model, id::text, comment) IS NULL AS no_rows FROM unlabelled, fitted WHERE false;

-- What is refused.
SELECT crm.to_label_next(model, id::text, comment, 0) FROM unlabelled, fitted;
SELECT crm.to_label_next(model, id::text, comment, 1 + id) FROM unlabelled, fitted;
SELECT crm.to_label_next(model, id::text, comment, '{"diversity": 7}'::jsonb) FROM unlabelled, fitted;
SELECT crm.to_label_next(m, '1', comment) FROM unlabelled, (SELECT crm.fit_text_bayes(label, comment, o) AS m FROM labelled, (VALUES ('{"words": 1}'::jsonb), ('{}')) AS x (o) GROUP BY o) AS y;
SELECT crm.to_label_next(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'), id::text, comment) FROM unlabelled;

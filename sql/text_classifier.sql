-- What do customers write about? Comments made of a topic's phrases and of what everybody says.
CREATE SCHEMA text_classifier;
SET search_path = text_classifier, public;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE reviews (id int, topic text, comment text);
INSERT INTO reviews
SELECT id, topics[1 + a], opener[1 + id * 7919 % 1009 % 5] || ' ' || phrase[a * 4 + 1 + id * 104729 % 1013 % 4] || ', ' || closer[1 + id * 15485863 % 1019 % 5]
  FROM (SELECT id::bigint, (id * 31 % 97 % 4)::int AS a,
               ARRAY['delivery', 'payment', 'praise', 'returns'] AS topics,
               ARRAY['Hello,', 'To be honest', 'Well', 'I must say', 'Dear shop'] AS opener,
               ARRAY['my parcel still has not arrived', 'the courier never rang', 'delivery took three weeks', 'the parcel came late and wet',
                     'my card was charged twice', 'the payment was declined', 'your invoice is wrong', 'paypal does not work',
                     'I love this shop 👍', 'great quality', 'very friendly people', 'perfect, will buy again',
                     'I want my money back', 'how do I return the shoes', 'the refund is missing', 'it broke, please take it back'] AS phrase,
               ARRAY['thank you', 'please answer', 'this is my second message', 'best regards', 'Anna'] AS closer
          FROM generate_series(1, 1200) AS id) AS x;
CREATE TABLE model AS SELECT crm.fit_text_classifier(topic, comment) AS m FROM reviews WHERE id <= 1000;
SELECT kind, observations, skipped, log_likelihood, converged, message FROM model, crm.fit_info(m);
SELECT section, item, round(value::numeric, 2) AS value, note FROM model, crm.model_card(m) WHERE section IN ('fit', 'comments', 'held-out comments') AND item NOT IN ('temperature', 'least margin', 'features');

-- Scores.
SELECT comment, (c).label, round((c).probability::numeric, 2) AS probability, (c).is_other
  FROM model, (VALUES ('Parcel not arrived yet'), ('MY CARD WAS CHARGED'), ('wher is my parsel'), ('👍'), ('lorem ipsum dolor sit amet')) AS x (comment), crm.classify(m, comment) AS c;
SELECT label, round(probability::numeric, 2) AS probability FROM model, crm.classify_top(m, 'the courier wants money', 2);
SELECT label FROM model, crm.classify_all(m, 'the parcel never arrived');
SELECT count(*) AS rows FROM model, crm.classify_all(m, 'zzz qqq');
SELECT round(crm.label_probability(m, 'the parcel never arrived', 'delivery')::numeric, 2) AS probability FROM model;
SELECT r.label, r.support, round(r.f1::numeric, 2) AS f1, round(r.value::numeric, 2) AS value
  FROM (SELECT crm.classification_report(topic, (crm.classify(m, comment)).label) AS rows FROM model, reviews WHERE id > 1000) AS x, unnest(rows) AS r WHERE section <> 'average';

-- The why.
SELECT term, kind, contribution > 0 AS is_for, direction FROM model, crm.explain(m, 'Hello, the PARCEL came late!', 'delivery') ORDER BY abs(contribution) DESC LIMIT 4;
SELECT abs(sum(contribution) - (SELECT margin FROM model, crm.classify(m, 'Hello, the PARCEL came late!'))) < 1e-5 AS adds_up, round(sum(abs(share))::numeric, 6) AS shares
  FROM model, crm.explain(m, 'Hello, the PARCEL came late!');
SELECT crm.why(m, 'the parcel came late') LIKE 'delivery (% \%): "%' AS why, crm.why(m, 'zzz qqq') LIKE 'Other: %' AS other FROM model;

-- Several labels a comment.
CREATE TABLE both_topics AS
SELECT ARRAY(SELECT DISTINCT t FROM unnest(ARRAY[a.topic, b.topic]) AS t) AS topics, a.comment || '. ' || b.comment AS comment
  FROM reviews AS a JOIN reviews AS b ON b.id = a.id * 7 % 1201 WHERE a.id <= 800;
CREATE TABLE several AS SELECT crm.fit_text_classifier(topics, comment) AS m FROM both_topics;
SELECT array_agg(label ORDER BY label) AS labels FROM several, crm.classify_all(m, 'my card was charged twice and the parcel came late and wet');
SELECT section, item, round(value::numeric, 1) AS value FROM several, crm.model_card(m) WHERE section = 'held-out comments' AND item IN ('exact match', 'micro F1');

-- One label, or none.
SELECT (SELECT count(*) FROM crm.classify_all(m, 'the parcel came late and wet')) AS late, (SELECT count(*) FROM crm.classify_all(m, 'I love this shop, great quality')) AS praise
  FROM (SELECT crm.fit_text_classifier(CASE WHEN topic = 'delivery' THEN ARRAY['delivery'] ELSE '{}' END, comment) AS m FROM reviews) AS x;

-- Judged on what it has not seen.
SELECT fold, comments > 0 AS comments, accuracy > 0.99 AS accuracy, macro_f1 > 0.99 AS macro_f1, log_loss < 0.1 AS log_loss, calibration_error < 0.1 AS calibrated
  FROM crm.cross_validate_text('SELECT topic, comment FROM reviews', 3);
SELECT count(*) AS folds FROM crm.cross_validate_text('SELECT topic, comment FROM reviews -- all of them', 2, '{"strength": 1}') WHERE fold IS NOT NULL;
SELECT crm.cross_validate_text('SELECT topic, comment FROM reviews', 1);

-- The same model for the same rows, whatever their order and the number of workers.
CREATE TABLE again AS SELECT crm.fit_text_classifier(topic, comment) AS m FROM (SELECT * FROM reviews WHERE id <= 1000 ORDER BY md5(id::text)) AS x;
SELECT crm.model_send(a.m) = crm.model_send(b.m) AS same FROM model AS a, again AS b;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.fit_text_classifier(topic, comment) FROM reviews WHERE id <= 1000;
SELECT crm.model_send(crm.fit_text_classifier(topic, comment)) = (SELECT crm.model_send(m) FROM model) AS same FROM reviews WHERE id <= 1000;
SET max_parallel_workers_per_gather = 0;

-- As text and back.
SELECT m::jsonb ->> 'kind' AS kind, m::jsonb -> 'labels' AS labels, crm.model_send(m::text::crm.model) = crm.model_send(m) AS same FROM model;

-- Options.
SELECT item, value FROM (SELECT crm.fit_text_classifier(topic, comment, jsonb '{"strength": 3, "words": 1, "characters": false, "other": 0}') AS m FROM reviews) AS x, crm.model_card(m) WHERE section = 'fit' AND item IN ('strength', 'features');
SELECT crm.fit_text_classifier(topic, comment, jsonb '{"strenght": 3}') FROM reviews;
SELECT crm.fit_text_classifier(topic, comment, jsonb '{"characters": [3]}') FROM reviews;
SELECT crm.fit_text_classifier(topic, comment, jsonb_build_object('strength', 1 + id % 2)) FROM reviews;

-- Thin and strange input.
SELECT crm.fit_text_classifier(topic, comment) IS NULL AS no_rows FROM reviews WHERE false;
SELECT (crm.fit_info(m)).skipped, (crm.fit_info(m)).message, (crm.classify(m, 'x')).label FROM (SELECT crm.fit_text_classifier(l, c) AS m FROM (VALUES ('a', 'x'), ('a', 'y'), (NULL, 'z'), ('b', NULL)) AS v (l, c)) AS x;
SELECT (crm.fit_info(m)).message FROM (SELECT crm.fit_text_classifier(l, 'x') AS m FROM (VALUES ('ดี'), ('ดี')) AS v (l)) AS x;
SELECT (crm.fit_info(m)).message, (crm.classify(m, 'good')).label FROM (SELECT crm.fit_text_classifier(l, c) AS m FROM (VALUES ('a', 'good'), ('b', 'bad')) AS v (l, c)) AS x;
SELECT (crm.classify(m, '')).label IS NOT NULL AS empty, (crm.classify(m, repeat('parcel ', 1000000))).label AS long, (crm.classify(m, NULL)).label IS NULL AS none FROM model;
SELECT crm.fit_text_classifier(id::text, 'x') FROM generate_series(1, 2000000) AS id;
SELECT crm.label_probability(m, 'x', 'weather') FROM model;
SELECT crm.classify_top(m, 'x', 0) FROM model;
SELECT crm.fit_text_classifier(ARRAY['a', NULL], 'x');
SELECT crm.make_model('text_classifier', '{}');
SELECT crm.classify(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'), 'x');
SELECT crm.p_alive(m, 1, 2, 3) FROM model;

-- Bytes of version 1, for ever.
SELECT comment, label, round(probability::numeric, 6) AS probability, round(margin::numeric, 6) AS margin
  FROM (SELECT '{"fit": {"message": "on 4 held-out comments: accuracy 0", "skipped": 0, "converged": true, "iterations": 82, "parameters": 0, "observations": 4, "log_likelihood": null, "distinct_observations": 4}, "kind": "text_classifier", "labels": ["bad", "good"], "stored": "AQQEAAAAAAAAAAD4fwFSIm9uIDQgaGVsZC1vdXQgY29tbWVudHM6IGFjY3VyYWN5IDAWA2ZpdAhjb21tZW50cwEAAAAAAAAQQAADZml0BmxhYmVscwEAAAAAAAAAQAADZml0CGZlYXR1cmVzAQAAAAAAgENAJndvcmRzLCBwYWlycyBvZiB3b3JkcywgcGllY2VzIG9mIHdvcmRzA2ZpdAhzdHJlbmd0aAEAAAAAAADgPx1DIG9mIHRoZSBsb2dpc3RpYyByZWdyZXNzaW9ucwNmaXQLdGVtcGVyYXR1cmUB/v//////H0AZbWFyZ2lucyBhcmUgZGl2aWRlZCBieSBpdANmaXQMbGVhc3QgbWFyZ2luAQAAAOAhJ8Q/GGEgY29tbWVudCBiZWxvdyBpcyBvdGhlchRsb2ctbG9zcyBieSBzdHJlbmd0aAMwLjUBk1LMY80g5z8AFGxvZy1sb3NzIGJ5IHN0cmVuZ3RoATIBmlnJc21Q6D8AFGxvZy1sb3NzIGJ5IHN0cmVuZ3RoATgB3Ad++Izy6T8AFGxvZy1sb3NzIGJ5IHN0cmVuZ3RoAjMyAbOU1Imw2us/ABRsb2ctbG9zcyBieSBzdHJlbmd0aAMxMjgBSepMaaIB7j8AEWhlbGQtb3V0IGNvbW1lbnRzCGNvbW1lbnRzAQAAAAAAABBAABFoZWxkLW91dCBjb21tZW50cwhhY2N1cmFjeQEAAAAAAAAAAAARaGVsZC1vdXQgY29tbWVudHMRY2FsaWJyYXRpb24gZXJyb3IB8AKw50134D8cb2YgdGhlIGxhYmVsIGdpdmVuLCB0ZW4gYmlucxFoZWxkLW91dCBjb21tZW50cwhtYWNybyBGMQEAAAAAAAAAACdtZWFuIG92ZXIgdGhlIGxhYmVscyB0aGF0IHdlcmUgaGVsZCBvdXQRaGVsZC1vdXQgY29tbWVudHMIbG9nLWxvc3MBk1LMY80g5z8ACXByZWNpc2lvbgNiYWQBAAAAAAAAAAAABnJlY2FsbANiYWQBAAAAAAAAAAAACXByZWNpc2lvbgRnb29kAQAAAAAAAAAAAAZyZWNhbGwEZ29vZAEAAAAAAAAAAAAIY29tbWVudHMDYmFkAQAAAAAAAABAAAhjb21tZW50cwRnb29kAQAAAAAAAABAAAIDAwACA2JhZEANCzsEZ29vZEANC7v+//////8fQAEAAADgISfEPyen4/KuwJPyhgoojABAMZ8YOgOBf9vF5fWGnotfKIwAQOiodjoDgX+01bGqt6rDKwAAAAAAAAAAk9aUr6v1if0QKIwAQCCtcToDgX/Tu+jsxcGFESiMAEBuMg46A4F/i4vQmaPC1LAIKIwAQDGfGDoDgX/Jr/uo/c3LpgQojABAbjIOOgOBf/mA3bGX5JhJKIwAQA+8GToDf4Hioqydy9yTyAEojABAD7wZOgN/gbGVxebzhoCwHSiMAEBuMg46A4F/46+Yl+ve1/8dKIwAQCCtcToDgX+T7OXe+PPb5QgAAAAAAAAAALCsp9iJrI/vAyiMAEDoqHY6A4F/pfukrrX94vYBKIwAQA+8GToDf4Hf/fn5jtuC1QoojABAbjIOOgOBf9qE+/OiuYLcAyiMAEAUK0A6A3+Bzo230Zv01MUHKIwAQIRkdzoDf4HU54OU0t7izQMojABAhGR3OgN/gbysutbUt/FvKIwAQBQrQDoDf4GnlZv/2cLhggkojABA8WRyOgN/gcn0mpr/pYKYEiiMAEBuMg46A4F/t8/VjLr/zlUojABAD7wZOgN/gcbT4rHF47q8DQAAAAAAAAAAlavFurqbpRMojABA6Kh2OgOBf7nm8YvGvqSZAiiMAEAPvBk6A3+Br8zNu7LWhbkHKIwAQG4yDjoDgX+M0vqYy+7D5w0ojABAbjIOOgOBf5vBsuKV2deYAiiMAEDxZHI6A3+B7Ymlo8WMkugLKIwAQG4yDjoDgX+7lubB4s7ZuAEojABAMZ8YOgOBf8ub492bpL8PAAAAAAAAAADUvZ+VqZ7K1gEojABAhGR3OgN/gYSdhO6Gts/0BSiMAEAUK0A6A3+BveDgw9y89aQCKIwAQDGfGDoDgX/l7J60z7aDrAkojABAFCtAOgN/gdC4sdHXu7T6BCiMAEBuMg46A4F/6p3dlMqU1kAojABAFCtAOgN/gemA8tXGwIuXAyiMAEAxnxg6A4F/w8Tkyuqesd8CAAAAAAAAAAA=", "several": false, "version": 1, "features": 39, "held_out": {"accuracy": 0, "comments": 4, "log-loss": 0.7227541875059437, "macro F1": 0, "calibration error": 0.5145635152003631}}'::crm.model AS m) AS x,
       (VALUES ('TRÈS BIEN'), ('not bad, fine 👍'), ('ไม่ดีเลย'), ('')) AS v (comment), crm.classify(m, comment);

-- A comment of 100 MB, and a model of a later version.
SELECT (crm.classify(m, repeat('the parcel came late ', 5000000))).label FROM model;
SELECT crm.classify(('{"kind": "text_classifier", "version": 1, "stored": "' || encode('\xff'::bytea, 'base64') || '"}')::crm.model, 'x');

-- A model that needs more memory than is allowed.
SET crm.max_fit_memory = '1MB';
SELECT crm.fit_text_classifier(topic, comment) FROM reviews;
RESET crm.max_fit_memory;
DROP SCHEMA text_classifier CASCADE;

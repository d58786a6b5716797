-- Domain text: customers' comments, on banking77 (10,003 questions to a bank under 77 labels, 3,080 to judge by) and
-- sentiment_sentences in the directory that PG_CRM_TEST_DATA names. Read by scripts/bench.

--@ prepare
CREATE TABLE train (id text, comment text, label text);
CREATE TABLE test (LIKE train);
CREATE TABLE sentiment_train (id text, comment text, label text, source text);
CREATE TABLE sentiment_test (LIKE sentiment_train);
\copy train FROM PROGRAM 'cat "$PG_CRM_TEST_DATA/text/banking77/train.csv"' (FORMAT csv, HEADER)
\copy test FROM PROGRAM 'cat "$PG_CRM_TEST_DATA/text/banking77/test.csv"' (FORMAT csv, HEADER)
\copy sentiment_train FROM PROGRAM 'cat "$PG_CRM_TEST_DATA/text/sentiment_sentences/train.csv"' (FORMAT csv, HEADER)
\copy sentiment_test FROM PROGRAM 'cat "$PG_CRM_TEST_DATA/text/sentiment_sentences/test.csv"' (FORMAT csv, HEADER)
-- One edit (a letter lost, doubled, replaced or swapped with the next) in a share of the words.
CREATE FUNCTION misspelt(comment text, share float8) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(CASE WHEN edit > 0 AND length(word) > 1
                           THEN left(word, at - 1) || (ARRAY['', repeat(substr(word, at, 1), 2), chr(97 + (random() * 25)::int),
                                substr(word, at + 1, 1) || substr(word, at, 1)])[edit] || substr(word, at + 1 + (edit = 4)::int)
                           ELSE word END, ' ' ORDER BY place)
      FROM (SELECT word, place, 1 + floor(random() * length(word))::int AS at,
                   CASE WHEN random() < share THEN 1 + floor(random() * 4)::int ELSE 0 END AS edit
              FROM string_to_table(comment, ' ') WITH ORDINALITY AS w (word, place)) AS edits
$$;
SELECT setseed(0.5);
CREATE TABLE misspelt AS SELECT label, misspelt(comment, 0.1) AS tenth, misspelt(comment, 0.3) AS third FROM test, generate_series(1, 3);
CREATE TABLE model AS SELECT crm.fit_text_classifier(label, comment) AS m, crm.fit_text_bayes(label, comment) AS bayes FROM train;
CREATE TABLE judged AS
SELECT t.label, (c).label AS given, (c).probability, crm.label_probability(m, comment, t.label) AS of_actual FROM model, test AS t, crm.classify(m, comment) AS c;
CREATE TABLE many AS SELECT label, comment FROM train, generate_series(1, 100);
VACUUM ANALYZE train, test, model, judged, many;

--@ figure banking77: accuracy; at least 0.914
SELECT avg((label = given)::int) FROM judged;

--@ figure banking77: log-loss; at most 0.33
SELECT crm.log_loss(of_actual) FROM judged;

--@ figure banking77: calibration error (ECE); at most 0.03
SELECT (crm.calibration_error(label = given, probability)).expected FROM judged;

--@ figure banking77: accuracy, 10 % of the words misspelt; at least 0.90
SELECT avg(((crm.classify(m, tenth)).label = label)::int) FROM model, misspelt;

--@ figure banking77: accuracy, 30 % of the words misspelt; at least 0.865
SELECT avg(((crm.classify(m, third)).label = label)::int) FROM model, misspelt;

--@ figure banking77: model, MB as stored; at most 4
SELECT pg_column_size(m) / 1e6 FROM model;

--@ figure sentiment_sentences: accuracy; at least 0.855
SELECT avg(((crm.classify(m, comment)).label = label)::int) FROM (SELECT crm.fit_text_classifier(label, comment) AS m FROM sentiment_train) AS x, sentiment_test;

--@ limit `crm.fit_text_classifier` of banking77, 10,003 comments; at most 3
-- ours: features, five strengths on held-out comments, calibration, refit
SELECT (crm.fit_info(crm.fit_text_classifier(label, comment))).observations FROM train;

--@ limit `crm.classify` of 100,000 comments, 77 labels; at most 2
-- ours: the model comes from a table
SELECT count((crm.classify((SELECT m FROM model), comment)).label) FROM (SELECT comment FROM many LIMIT 100000) AS x;

--@ limit `crm.fit_text_bayes` of a million comments, 77 labels; at most 2
-- ours: one pass
SELECT (crm.fit_info(crm.fit_text_bayes(label, comment))).observations FROM many;

--@ limit `crm.classify` by Bayes of a million comments, 77 labels; at most 5
-- ours: the model comes from a table
SELECT count((crm.classify((SELECT bayes FROM model), comment)).label) FROM many;

-- Values in the wrong field: put there on purpose, and found again.
CREATE SCHEMA identity_suspects;
SET search_path = identity_suspects, public;
SET extra_float_digits = 0;
\set SHOW_CONTEXT never
CREATE FUNCTION pick(seed int, list text[]) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN list[1 + abs(hashint4(seed) % cardinality(list))];
CREATE TABLE people AS
SELECT n AS id,
       pick(n, '{Anna,Bertil,Clara,David,Elena,Fatima,Georg,Hanna,Igor,Julia,Karl,Lena}') || ' '
       || pick(n * 7 + 1, '{Schmidt,Müller,Rossi,Novak,Larsen,Dubois,Garcia,Kowalski,Smith,Johnson,Becker,Hoffmann}') || pick(n * 11 + 3, '{"","","",-Meier,son,berg}') AS "Full Name",
       lower(pick(n * 3, '{Anna,Bertil,Clara,David,Elena,Fatima}')) || '.' || abs(hashint4(n * 5 + 2) % 1000) || '@' || pick(n * 13, '{example.com,mail.example.org}') AS mail,
       '+49 ' || pick(n * 17, '{30,40,89,221}') || ' ' || lpad(abs(hashint4(n * 19) % 10000000)::text, 7, '0') AS phone,
       pick(n * 23, '{Haupt,Bahnhof,Garten,Schul,Berg,Linden}') || pick(n * 29, '{straße,weg,allee,platz}') || ' ' || 1 + abs(hashint4(n * 31) % 120) AS street,
       lpad((10000 + abs(hashint4(n * 37) % 89999))::text, 5, '0') AS zip,
       pick(n * 41, '{Berlin,Hamburg,München,Köln,Frankfurt am Main,Stuttgart,Düsseldorf,Leipzig,Dortmund,Bremen}') AS city,
       pick(n * 43, '{called about the late delivery,please ring twice before you come,asked for a refund of the last order,do not call before noon,wants the invoice sent again}')
       || pick(n * 47, '{" today"," yesterday"," on Monday",""," again",", very kind",", urgent"}') AS remark
  FROM generate_series(1, 1000) AS n;
ALTER TABLE people ADD PRIMARY KEY (id);
CREATE TABLE misplaced AS
SELECT id, (ARRAY['phone', 'mail', 'street', 'city', 'remark'])[1 + id / 25 % 5] AS source, (ARRAY['Full Name', 'city', 'Full Name', 'zip', 'street'])[1 + id / 25 % 5] AS target
  FROM people WHERE id % 25 = 0;
UPDATE people AS p SET "Full Name" = CASE source WHEN 'phone' THEN phone ELSE street END FROM misplaced AS m WHERE m.id = p.id AND target = 'Full Name';
UPDATE people AS p SET city = mail FROM misplaced AS m WHERE m.id = p.id AND target = 'city';
UPDATE people AS p SET zip = city FROM misplaced AS m WHERE m.id = p.id AND target = 'zip';
UPDATE people AS p SET street = remark FROM misplaced AS m WHERE m.id = p.id AND target = 'street';
UPDATE people SET city = 'Stuttgrat' WHERE id = (SELECT min(id) FROM people WHERE city = 'Stuttgart');

CREATE TABLE suspects AS SELECT * FROM crm.field_suspects('people');
SELECT m.source, m.target, count(*) AS misplaced, count(s.*) AS found, count(*) FILTER (WHERE s.suggested_column = m.source) AS placed_right, bool_and(s.probability BETWEEN 0 AND 0.05) AS improbable
  FROM misplaced AS m LEFT JOIN suspects AS s ON s.row_key = m.id::text AND s.column_name = m.target GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) <= 5 AS few_false_alarms FROM suspects AS s LEFT JOIN misplaced AS m ON s.row_key = m.id::text AND s.column_name = m.target WHERE m.id IS NULL AND s.suggested_value IS NULL;
SELECT column_name, value, suggested_value, reason ~ '^misspelt: Stuttgart has \d+ rows, this 1' AS reason FROM suspects WHERE suggested_value IS NOT NULL;
SELECT reason FROM suspects WHERE row_key = '25';
SELECT bool_and(probability <= next) AS ordered FROM (SELECT probability, lead(probability) OVER () AS next FROM suspects) AS x WHERE next IS NOT NULL;

-- How well do probabilities tell misplaced values from the others? Area under the ROC curve over all cells.
CREATE TABLE every AS SELECT s.*, m.id IS NOT NULL AS wrong FROM crm.field_suspects('people', '{"probability": 1, "misspelt": false}') AS s
  LEFT JOIN misplaced AS m ON s.row_key = m.id::text AND s.column_name = m.target;
SELECT count(*) AS cells, count(*) FILTER (WHERE wrong) AS wrong,
       (sum(rank) FILTER (WHERE wrong) - count(*) FILTER (WHERE wrong) * (count(*) FILTER (WHERE wrong) + 1) / 2.0) / (count(*) FILTER (WHERE wrong) * count(*) FILTER (WHERE NOT wrong)) > 0.995 AS auroc
  FROM (SELECT wrong, avg(place) OVER (PARTITION BY probability) AS rank FROM (SELECT wrong, probability, row_number() OVER (ORDER BY probability DESC) AS place FROM every) AS x) AS y;

-- Options: some columns, another key, a view; nothing is found where nothing is.
CREATE VIEW "the People" AS SELECT "Full Name", phone, city, id, id || '/' AS number FROM people;
SELECT crm.field_suspects('"the People"');
SELECT count(*) > 0 AS found, bool_and(row_key ~ '/$') AS key, bool_and(column_name IN ('Full Name', 'phone')) AS columns
  FROM crm.field_suspects('"the People"', '{"key": "number", "columns": ["Full Name", "phone"], "misspelt": false}');
SELECT count(*) FROM crm.field_suspects('people', '{"free_text": ["street"]}') WHERE column_name = 'street';
CREATE TABLE nothing (a text, b text);
SELECT * FROM crm.field_suspects('nothing');
INSERT INTO nothing VALUES ('x', 'y'), (NULL, 'n/a');
SELECT * FROM crm.field_suspects('nothing');
INSERT INTO nothing SELECT 'anna', 'berlin' FROM generate_series(1, 3);
SELECT * FROM crm.field_suspects('nothing');

-- What is refused.
SELECT crm.field_suspects('people', '{"probabillity": 0.1}');
SELECT crm.field_suspects('people', '{"probability": 2}');
SELECT crm.field_suspects('people', '{"columns": ["zip", "town"]}');
SELECT crm.field_suspects('people', '{"columns": ["zip"]}');
SELECT crm.field_suspects('people', '[]');

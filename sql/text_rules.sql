-- What comments are about, by rules in a table of one's own.
CREATE SCHEMA text_rules;
SET search_path = text_rules, public;
CREATE TABLE rules (topic text, rule text CHECK (crm.rule_error(rule) IS NULL), priority int, action text);
INSERT INTO rules VALUES
    ('Delivery', 'late <-> deliver:* | never arrived', 10, NULL),
    ('Delivery', 'parcel <~4> (lost | damaged)', 10, 'assign'),
    ('Refund', 'refund:* | "money back"', 5, 'assign'),
    ('Refund', '(no | not) <~3> refund:*', 5, 'exclude'),
    ('Order', '/\morder\s+(no\.?\s*)?#?[0-9]{4,}/i', 20, NULL),
    ('Praise', '(great | excellent | 👍) & !(not | but)', NULL, NULL),
    ('Quality', 'ไม่ดี | 质量 <~3> 差', 30, NULL);
CREATE TABLE comments (id int PRIMARY KEY, comment text);
INSERT INTO comments VALUES
    (1, 'Late delivery again, I want my MONEY BACK!'),
    (2, 'The lost box: my parcel was badly damaged. Order No. #12345'),
    (3, 'No, I do not want a refund. Great service 👍'),
    (4, 'Great, but never arrived'),
    (5, 'สินค้าไม่ดีเลย'),
    (6, '这个质量太差了'),
    (7, 'nothing to see'),
    (8, ''),
    (9, NULL),
    (10, 'great 👍');
CREATE TABLE models AS SELECT crm.fit_text_rules(topic, rule, priority, action) AS m FROM rules;

SELECT c.id, r.* FROM models, comments AS c, crm.match_rules(m, c.comment) AS r ORDER BY c.id, r.priority, r.topic, r.rule;
SELECT c.id, (r).topic, (r).matched, (r).position, (r).length
  FROM (SELECT id, crm.first_rule(m, comment) AS r FROM models, comments) AS c ORDER BY c.id;
SELECT bool_and(substr(c.comment, r.position, r.length) = r.matched) AS positions, count(*) FROM models, comments AS c, crm.match_rules(m, c.comment) AS r;
-- Also in the list of columns, and given up half-way.
SELECT id, (crm.match_rules(m, comment)).topic FROM models, comments WHERE id < 3 ORDER BY id, topic;
SELECT id, (SELECT topic FROM crm.match_rules(m, comment) LIMIT 1) FROM models, comments WHERE id < 4 ORDER BY id;
SELECT c.id, t.topic FROM models, comments AS c, LATERAL (SELECT (crm.match_rules(m, c.comment)).topic LIMIT 1) AS t WHERE id < 4 ORDER BY id;

-- The model holds the rules themselves.
SELECT kind, observations, distinct_observations, skipped FROM models, crm.fit_info(m);
SELECT jsonb_pretty(crm.fit_text_rules(topic, rule)::jsonb) FROM (VALUES ('b', 'late'), ('a', 'x & /y'), ('a', '/z/i'), (NULL, 'q'), ('q', NULL)) AS r (topic, rule);
SELECT m::text::crm.model::text = m::text AS text, (m::jsonb - 'kind' - 'version' - 'fit') = (crm.make_model('text_rules', jsonb_build_object('rules', m::jsonb -> 'rules'))::jsonb - 'kind' - 'version') AS made FROM models;
SELECT crm.fit_text_rules(topic, rule) IS NULL AS no_rules FROM rules WHERE false;
SELECT crm.fit_text_rules(NULL, rule) IS NULL AS no_topics FROM rules;
\copy models TO 'results/text_rules.bin' (FORMAT binary)
CREATE TABLE restored (LIKE models);
\copy restored FROM 'results/text_rules.bin' (FORMAT binary)
SELECT r.m::text = s.m::text AS binary FROM restored AS r, models AS s;
-- The binary form of version 1, for ever.
SELECT crm.model_send(crm.make_model('text_rules', '{"rules": [{"topic": "a", "rule": "b"}, {"topic": "c", "rule": "/d/", "priority": -1, "action": "exclude"}]}'));

-- Wrong rules are named, with their place.
SELECT crm.fit_text_rules('Delivery', 'late & (parcel | box');
SELECT crm.fit_text_rules('Delivery', 'late AND parcel');
SELECT crm.fit_text_rules('Delivery', '/order [0-9/');
SELECT crm.fit_text_rules('Delivery', '/order/g');
SELECT crm.fit_text_rules('Delivery', '');
SELECT crm.fit_text_rules('', 'late');
SELECT crm.fit_text_rules('Delivery', 'late', 1, 'veto');
SELECT crm.make_model('text_rules', '{"rules": [{"topic": "Delivery", "rule": "late <->"}]}');
SELECT crm.make_model('text_rules', '{"rules": []}');
INSERT INTO rules VALUES ('Delivery', 'late <-> ');
SELECT left(rule, 20) AS rule, crm.rule_error(rule) FROM unnest(ARRAY['late', 'la*te', '!a <-> !b', '/a(/', '/a{5,2}/', NULL, repeat('(', 10000) || 'a']) AS rule;
SELECT crm.match_rules(crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'), 'late');
DO $$ BEGIN PERFORM crm.fit_text_rules('Delivery', 'late <9'); EXCEPTION WHEN invalid_parameter_value THEN RAISE NOTICE '%', SQLERRM; END $$;

-- Regular expressions are PostgreSQL's own.
CREATE TABLE expressions (body text, flags text);
INSERT INTO expressions VALUES ('\mcard\M', ''), ('(^|\s)[[:upper:]]{3}(\s|$)', ''), ('é+', 'i'), ('a.c', 'n'), ('a.c', ''), ('o(?=u)', ''), ('[a-z](?!a)d', ''),
    ('b  # comment', 'x'), ('Naïve', 'i'), ('x|yz', ''), ('x?', ''), ('[[:alpha:]]+ing\y', 'i'), ('🙂', ''), ('\Aso', 'i'), ('a/b', '');
CREATE TABLE texts (text text);
INSERT INTO texts VALUES ('My CARD and cards'), ('a card, NOW or ABC'), ('ÉÉÉté'), (E'a\nc abc'), ('So you see'), ('naïve NAÏVE 🙂 x'), ('Being 🙂🙂 there, yz'), (''), ('b/a/b'), ('discarded card');
CREATE TABLE expression_models AS SELECT body, flags, crm.fit_text_rules('x', '/' || body || '/' || flags) AS m FROM expressions GROUP BY body, flags;
SELECT count(*) AS compared, count(*) FILTER (WHERE expected) > 20 AS matches, count(*) FILTER (WHERE expected <> found OR matched <> (regexp_match(text, first, flags))[1]) AS disagree
  FROM (SELECT text, body, flags, regexp_match(text, body, flags) IS NOT NULL AS expected, r.rule IS NOT NULL AS found, r.matched, '(' || body || CASE flags WHEN 'x' THEN E'\n)' ELSE ')' END AS first
          FROM expression_models CROSS JOIN texts LEFT JOIN LATERAL crm.match_rules(m, text) AS r ON true) AS x;

-- Rules mean what they mean to tsquery: random ones, with and without parentheses, against random comments.
SELECT setseed(0.25);
CREATE FUNCTION word() RETURNS text LANGUAGE sql VOLATILE RETURN chr(97 + floor(random() * 4)::int) || CASE WHEN random() < 0.3 THEN 'x' ELSE '' END;
CREATE FUNCTION leaf() RETURNS text LANGUAGE sql VOLATILE RETURN text_rules.word() || CASE WHEN random() < 0.2 THEN ':*' ELSE '' END;
-- A part of a row that fills so many words but one.
CREATE FUNCTION part(width int, depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    split int;
    inner_width int;
BEGIN
    IF depth > 0 AND random() < 0.3 THEN
        RETURN format('(%s %s %s)', text_rules.part(width, depth - 1), CASE WHEN random() < 0.7 THEN '|' ELSE '&' END, text_rules.part(width, depth - 1));
    END IF;
    IF width = 0 THEN
        RETURN CASE WHEN random() < 0.25 THEN '!' ELSE '' END || text_rules.leaf();
    END IF;
    split := 1 + floor(random() * width);
    inner_width := floor(random() * (width - split + 1));
    RETURN format('(%s <%s> %s)', text_rules.part(inner_width, depth), split, text_rules.part(width - split - inner_width, depth));
END $$;
CREATE FUNCTION whole(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF depth = 0 THEN RETURN text_rules.part(floor(random() * 4)::int, 1); END IF;
    RETURN CASE floor(random() * 4)::int
        WHEN 0 THEN '!' || '(' || text_rules.whole(depth - 1) || ')'
        WHEN 1 THEN format('(%s & %s)', text_rules.whole(depth - 1), text_rules.whole(depth - 1))
        WHEN 2 THEN format('(%s | %s)', text_rules.whole(depth - 1), text_rules.whole(depth - 1))
        ELSE text_rules.part(floor(random() * 4)::int, 2) END;
END $$;
CREATE FUNCTION flat() RETURNS text LANGUAGE sql VOLATILE RETURN
    (SELECT string_agg(CASE WHEN random() < 0.2 THEN '!' ELSE '' END || text_rules.leaf() || CASE WHEN n = 5 THEN '' ELSE (ARRAY[' & ', ' | ', ' <-> ', ' <2> ', ' <0> '])[1 + floor(random() * 5)::int] END, '' ORDER BY n)
       FROM generate_series(1, 5) AS n);
CREATE TABLE random_rules AS
SELECT id, CASE WHEN id % 3 = 0 THEN flat() ELSE whole(id % 4) END AS rule FROM generate_series(1, 3000) AS id;
DELETE FROM random_rules WHERE crm.rule_error(rule) IS NOT NULL;
CREATE TABLE random_comments AS
SELECT id, (SELECT coalesce(string_agg(word(), ' '), '') FROM generate_series(1, id % 14)) AS comment FROM generate_series(1, 60) AS id;
SELECT count(*) > 2000 AS rules, count(*) FILTER (WHERE rule ~ '!') > 1000 AS with_negation FROM random_rules;
CREATE TABLE wanted AS
SELECT r.id AS rule, c.id AS comment FROM random_rules AS r, random_comments AS c WHERE to_tsvector('simple', c.comment) @@ to_tsquery('simple', r.rule);
CREATE TABLE given AS
SELECT m.topic::int AS rule, c.id AS comment
  FROM (SELECT crm.fit_text_rules(id::text, rule) AS m FROM random_rules) AS model, random_comments AS c, crm.match_rules(model.m, c.comment) AS m;
SELECT count(*) > 20000 AS many FROM wanted;
SELECT 'PostgreSQL' AS only, r.rule, c.comment FROM (TABLE wanted EXCEPT TABLE given) AS x (rule, comment) JOIN random_rules AS r ON r.id = x.rule JOIN random_comments AS c ON c.id = x.comment
UNION ALL
SELECT 'rules', r.rule, c.comment FROM (TABLE given EXCEPT TABLE wanted) AS x (rule, comment) JOIN random_rules AS r ON r.id = x.rule JOIN random_comments AS c ON c.id = x.comment
ORDER BY 1, 2, 3 LIMIT 10;
-- <~N> is any of its distances in either order.
SELECT count(*) > 500 AS compared, count(*) FILTER (WHERE near <> any_distance) AS disagree
  FROM (SELECT (crm.first_rule(crm.fit_text_rules('x', format('%s <~%s> %s', a, n, b)), comment)) IS NOT NULL AS near,
               to_tsvector('simple', comment) @@ (SELECT to_tsquery('simple', string_agg(format('%s <%s> %s | %s <%s> %s', a, k, b, b, k, a), ' | ')) FROM generate_series(1, n) AS k) AS any_distance
          FROM random_comments, generate_series(1, 4) AS n, (VALUES ('a', 'b'), ('ax', 'c:*'), ('d', 'd')) AS w (a, b)
         GROUP BY random_comments.id, comment, n, a, b) AS x;

-- Any order of rows and any number of workers give the same; so do parallel queries that match.
CREATE TABLE many AS SELECT 'topic ' || n % 50 AS topic, CASE WHEN n % 10 = 0 THEN '/order #' || n || '\M/' ELSE 'word' || n || ' <-> delivery' END AS rule, n % 5 AS priority FROM generate_series(1, 5000) AS n;
ANALYZE many;
CREATE TABLE serial AS SELECT crm.fit_text_rules(topic, rule, priority) AS m FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.fit_text_rules(topic, rule, priority) FROM many;
SELECT crm.fit_text_rules(topic, rule, priority)::text = (SELECT m::text FROM serial) AS parallel FROM many;
SELECT crm.fit_text_rules(topic, rule, priority ORDER BY md5(rule))::text = (SELECT m::text FROM serial) AS shuffled FROM many;
SELECT r.* FROM serial, crm.match_rules(m, 'the word17 delivery, word4999 delivery, word3 x delivery, of order #4990, ORDER #10, order #49') AS r;

-- Expressions that would take for ever end with the statement.
SET statement_timeout = '300ms';
SELECT crm.first_rule(crm.fit_text_rules('x', '/^(a+)(a+)(a+)(a+)(a+)\1\2\3\4\5b$/'), repeat('a', 301) || 'b');
SELECT count(*) FROM (SELECT crm.fit_text_rules('x', repeat('(a | a a) <~300> ', 50) || 'a') AS m) AS x, crm.match_rules(m, repeat('a ', 300000));
RESET statement_timeout;
SELECT (crm.first_rule(crm.fit_text_rules('x', 'end'), repeat('long ', 200000) || 'end')).position;

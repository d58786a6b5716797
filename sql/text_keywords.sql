-- What groups of comments talk about, and the others do not.
CREATE SCHEMA text_keywords;
SET search_path = text_keywords, public;
CREATE TABLE comments (product text, comment text);
INSERT INTO comments
SELECT product, replace(template, '#', n::text) FROM generate_series(1, 8) AS n, (VALUES
    ('card', 'My credit card has not arrived'), ('card', 'Where is my Credit Card? I waited # weeks'), ('card', 'credit card declined again, again, again!'),
    ('card', 'the app says my card is frozen'),
    ('loan', 'What is the interest rate?'), ('loan', 'the Interest Rate went up to # percent'), ('loan', 'Can I pay my loan back early'),
    ('loan', 'the app does not show my loan'),
    ('app', 'the app crashes 😡'), ('app', 'The App is slow 😡'), ('app', 'I cannot log in'), ('app', 'where is the log in button')) AS t (product, template);
SELECT k.label, k.position, k.keyword, k.comments, k.label_comments AS of, k.share, round(k.share_elsewhere::numeric, 3) AS elsewhere,
       round(k.log_odds::numeric, 3) AS log_odds, round(k.std_error::numeric, 3) AS std_error, round(k.z::numeric, 2) AS z
  FROM (SELECT crm.keywords(product, comment, '{"top": 4}') AS rows FROM comments) AS x, unnest(rows) AS k;
SELECT label, string_agg(keyword, ', ' ORDER BY position) AS keywords
  FROM (SELECT crm.keywords(product, comment) AS rows FROM comments) AS x, unnest(rows) AS k WHERE z > 2 GROUP BY label ORDER BY label;

-- Words alone; longer phrases.
SELECT label, string_agg(keyword, ', ' ORDER BY position) AS keywords
  FROM (SELECT crm.keywords(product, comment, '{"phrases": 1, "top": 5}') AS rows FROM comments) AS x, unnest(rows) AS k GROUP BY label ORDER BY label;
SELECT label, string_agg(keyword, ', ' ORDER BY position) AS keywords
  FROM (SELECT crm.keywords(product, comment, '{"phrases": 4, "top": 5}') AS rows FROM comments) AS x, unnest(rows) AS k GROUP BY label ORDER BY label;

-- Scripts that do not part words by spaces: pieces of two to four letters.
SELECT label, string_agg(keyword, ' ' ORDER BY position) AS keywords
  FROM (SELECT crm.keywords(label, comment, '{"min_comments": 2, "top": 2}') AS rows
          FROM (VALUES ('卡', '我的信用卡丢了'), ('卡', '信用卡在哪里'), ('转账', '我的转账没到'), ('转账', '转账在哪里'),
                       ('บัตร', 'บัตรหาย'), ('บัตร', 'ทำบัตรใหม่')) AS v (label, comment)) AS x, unnest(rows) AS k GROUP BY label ORDER BY label;

-- Against SQL itself.
WITH words AS (SELECT DISTINCT product, ctid, word FROM comments, regexp_split_to_table(lower(comment), '[^a-z]+') AS word WHERE word <> ''),
     counts AS (SELECT product, word, count(*)::float8 AS y FROM words GROUP BY 1, 2),
     totals AS (SELECT word, sum(y) AS all_y FROM counts GROUP BY 1),
     sizes AS (SELECT product, count(*)::float8 AS n, (SELECT count(*) FROM comments)::float8 AS all_n FROM comments GROUP BY 1),
     expected AS (SELECT product, word, y, ln((y + a) / (n + 500 - y - a)) - ln((all_y - y + a) / (all_n - n + 500 - all_y + y - a)) AS log_odds,
                         sqrt(1 / (y + a) + 1 / (n + 500 - y - a) + 1 / (all_y - y + a) + 1 / (all_n - n + 500 - all_y + y - a)) AS std_error
                    FROM counts JOIN totals USING (word) JOIN sizes USING (product), LATERAL (SELECT 500 * all_y / all_n AS a) AS prior)
SELECT count(*) > 10 AS many, bool_and(k.comments = e.y AND abs(k.log_odds - e.log_odds) < 1e-12 AND abs(k.std_error - e.std_error) < 1e-12) AS agree
  FROM (SELECT crm.keywords(product, comment, '{"phrases": 1, "top": 1000, "min_comments": 1, "prior": 500}') AS rows FROM comments) AS x, unnest(rows) AS k
  JOIN expected AS e ON e.product = k.label AND e.word = lower(k.keyword);

-- NULL is skipped, no rows are NULL, and of one label alone there is nothing to say.
SELECT crm.keywords(product, comment) IS NULL AS no_rows FROM comments WHERE false;
SELECT cardinality(crm.keywords(product, comment)) AS one_label FROM comments WHERE product = 'card';
SELECT crm.keywords(p, c) IS NULL AS only_null FROM (VALUES ('a', NULL), (NULL, 'b')) AS v (p, c);

-- What is refused.
SELECT crm.keywords(product, comment, '{"words": 3}') FROM comments;
SELECT crm.keywords(product, comment, '{"phrases": 9}') FROM comments;
SELECT crm.keywords(product, comment, '{"prior": -1}') FROM comments;
SELECT crm.keywords(product, comment, '{"most_terms": 20}') FROM comments;
SELECT crm.keywords(product, comment, jsonb_build_object('top', length(comment))) FROM comments;

-- Any order of rows and any number of workers give the same.
CREATE TABLE many AS SELECT c.* FROM comments AS c, generate_series(1, 200);
ANALYZE many;
CREATE TABLE serial AS SELECT crm.keywords(product, comment) AS rows FROM many;
SELECT crm.keywords(product, comment ORDER BY md5(comment || product)) = (SELECT rows FROM serial) AS shuffled FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.keywords(product, comment) FROM many;
SELECT crm.keywords(product, comment) = (SELECT rows FROM serial) AS parallel FROM many;

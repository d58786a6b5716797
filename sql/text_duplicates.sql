-- Comments that are nearly the same.
CREATE SCHEMA text_duplicates;
SET search_path = text_duplicates, public;
CREATE TABLE comments (id bigint, comment text);
INSERT INTO comments VALUES
    (1, 'Win a FREE phone now, visit our shop today!'), (2, 'Where is my card?'), (3, 'win a free phone now - visit our shop today'),
    (4, 'My card has not arrived yet'), (5, 'Win a free phones now, visit our shop today :)'), (6, 'where is MY card'),
    (7, 'My card has not arrived'), (8, '我的信用卡丢了怎么办'), (9, '我的信用卡丢了，怎么办？'), (10, ''), (11, NULL), (12, '...');
SELECT d.cluster, d.id, d.representative, round(d.similarity::numeric, 3) AS similarity, comment
  FROM (SELECT crm.near_duplicates(id, comment) AS rows FROM comments) AS x, unnest(rows) AS d JOIN comments USING (id) ORDER BY cluster, similarity DESC, id;
SELECT d.cluster, d.id, d.representative, round(d.similarity::numeric, 3) AS similarity
  FROM (SELECT crm.near_duplicates(id, comment, '{"threshold": 0.6, "shingles": "words", "size": 1}') AS rows FROM comments) AS x, unnest(rows) AS d;
SELECT d.* FROM (SELECT crm.near_duplicates('c' || id, comment) AS rows FROM comments WHERE id IN (2, 6)) AS x, unnest(rows) AS d;
SELECT d.* FROM (SELECT crm.near_duplicates('c' || id, comment, '{"threshold": 1}') AS rows FROM comments) AS x, unnest(rows) AS d;

-- What remains when one of each cluster is kept.
SELECT count(*) FROM comments
 WHERE id NOT IN (SELECT d.id FROM (SELECT crm.near_duplicates(id, comment) AS rows FROM comments) AS x, unnest(rows) AS d WHERE d.id <> d.representative);

-- The measure itself.
SELECT crm.text_similarity('abcdef', 'bcdefg'), crm.text_similarity('Hello, World', 'hello world!'), crm.text_similarity('', '...'), crm.text_similarity('', 'a'),
       crm.text_similarity('a b c d', 'a b c e', '{"shingles": "words"}') AS words, crm.text_similarity(NULL, 'a');
SELECT bool_and(abs(d.similarity - crm.text_similarity(a.comment, b.comment)) < 1e-15) AS same
  FROM (SELECT crm.near_duplicates(id, comment) AS rows FROM comments) AS x, unnest(rows) AS d JOIN comments AS a ON a.id = d.id JOIN comments AS b ON b.id = d.representative;

-- Against all pairs: whoever is like an earlier comment is in a cluster.
CREATE TABLE many AS SELECT n::bigint AS id, 'order ' || md5((n / 3)::text) || ' came late ' || repeat('x', n % 3) AS comment FROM generate_series(1, 600) AS n;
SELECT (SELECT count(*) FROM many AS a WHERE EXISTS (SELECT FROM many AS b WHERE b.id <> a.id AND b.id / 3 = a.id / 3 AND crm.text_similarity(a.comment, b.comment) >= 0.8)) AS by_pairs,
       (SELECT count(*) FROM (SELECT crm.near_duplicates(id, comment) AS rows FROM many) AS x, unnest(rows) AS d) AS found;

SELECT crm.near_duplicates(id, comment) IS NULL AS no_rows FROM comments WHERE false;
SELECT cardinality(crm.near_duplicates(id, comment)) AS alone FROM comments WHERE id = 1;

-- What is refused.
SELECT crm.near_duplicates(id, comment, '{"similarity": 0.5}') FROM comments;
SELECT crm.near_duplicates(id, comment, '{"threshold": 0.1}') FROM comments;
SELECT crm.near_duplicates(id, comment, '{"shingles": "letters"}') FROM comments;
SELECT crm.text_similarity('a', 'b', '{"threshold": 0.5}');

-- Any order of rows and any number of workers give the same.
ANALYZE many;
CREATE TABLE serial AS SELECT crm.near_duplicates(id, comment) AS rows, crm.near_duplicates(id::text, comment) AS named FROM many;
SELECT crm.near_duplicates(id, comment ORDER BY md5(comment)) = (SELECT rows FROM serial) AS shuffled FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT crm.near_duplicates(id, comment) = (SELECT rows FROM serial) AS parallel, crm.near_duplicates(id::text, comment) = (SELECT named FROM serial) AS named FROM many;

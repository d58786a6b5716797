-- Different spellings of one value: keys on which they collide, likeness, and one spelling proposed for all.
CREATE SCHEMA identity_cluster;
SET search_path = identity_cluster, public;
SELECT crm.fingerprint('  Cruise, Tom '), crm.fingerprint('tom CRUISE tom'), crm.fingerprint('Gödel, Escher & Bach'), crm.fingerprint('.') AS nothing;
SELECT crm.ngram_fingerprint('Paris'), crm.ngram_fingerprint('Paris', 1) AS letters, crm.ngram_fingerprint('Mc Donald''s') = crm.ngram_fingerprint('MCDONALDS') AS same;
-- As published by Winkler.
SELECT one, other, round(crm.jaro_winkler(one, other)::numeric, 3) AS similarity
  FROM (VALUES ('MARTHA', 'MARHTA'), ('DIXON', 'DICKSONX'), ('DWAYNE', 'DUANE'), ('DUNNINGHAM', 'CUNNIGHAM'), ('', ''), ('a', '')) AS x (one, other);
SELECT crm.fingerprint(NULL), crm.ngram_fingerprint(NULL), crm.jaro_winkler('a', NULL);

CREATE TABLE companies (name text, times int);
INSERT INTO companies VALUES
    ('Acme Corporation', 40), ('ACME Corporation', 6), ('Acme Corporation ', 3), ('acme, corporation', 2), ('Corporation Acme', 1), ('Acme Corporatoin', 1),
    ('Müller & Söhne', 12), ('Muller & Sohne', 4), ('Mueller', 1), ('Mc Donalds', 5), ('McDonalds', 20),
    ('Suite 12', 30), ('Suite 13', 1), ('A1', 30), ('A2', 1), ('AL', 30), ('AK', 1), ('C++', 9), ('C#', 1), (NULL, 7), ('', 2), ('-', 3);
SELECT s.cluster, s.canonical, s.value, s.count, round(s.similarity::numeric, 3) AS similarity, s.reason
  FROM (SELECT crm.cluster_values(name) AS found FROM companies, generate_series(1, times)) AS x, unnest(found) AS s;
-- What to change, and what it would do.
SELECT s.value, s.canonical FROM (SELECT crm.cluster_values(name) AS found FROM companies, generate_series(1, times)) AS x, unnest(found) AS s
 WHERE s.value <> s.canonical AND s.reason <> 'misspelt' ORDER BY s.value;

-- Options: without n-grams and misspellings; letters that stand for digits.
SELECT s.value, s.reason FROM (SELECT crm.cluster_values(name, '{"similarity": 1, "ngram": 0}') AS found FROM companies, generate_series(1, times)) AS x, unnest(found) AS s
 WHERE s.cluster > 1 OR s.reason LIKE '%spac%';
SELECT s.value, s.canonical, s.reason
  FROM (SELECT crm.cluster_values(phone, '{"letters_for_digits": true}') AS found
          FROM (VALUES ('2053258100'), ('2053258100'), ('2053258100'), ('20x3258100'), ('2053258101')) AS p (phone)) AS x, unnest(found) AS s;
SELECT crm.cluster_values(name, '{"letters_for_digits": false}') = crm.cluster_values(name) AS usual, crm.cluster_values(name, NULL) = crm.cluster_values(name) AS no_options
  FROM companies, generate_series(1, times);
SELECT crm.cluster_values(name) FROM companies WHERE name LIKE 'Suite%';
SELECT crm.cluster_values(name) IS NULL AS no_rows FROM companies WHERE name IS NULL;

-- What is refused.
SELECT crm.ngram_fingerprint('Paris', 0);
SELECT crm.cluster_values(name, '{"similarity": 0.2}') FROM companies;
SELECT crm.cluster_values(name, '{"likeness": 0.9}') FROM companies;
SELECT crm.cluster_values(name, '[]') FROM companies;
SELECT crm.cluster_values(name, jsonb_build_object('ngram', 2 + times % 2)) FROM companies;

-- Any order of rows and any number of workers give the same.
CREATE TABLE many AS SELECT name || CASE WHEN n % 97 = 0 THEN ' ltd' ELSE '' END AS name FROM companies, generate_series(1, times * 50) AS n;
ANALYZE many;
CREATE TABLE serial AS SELECT crm.cluster_values(name) AS found FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.cluster_values(name) FROM many;
SELECT crm.cluster_values(name) = (SELECT found FROM serial) AS parallel FROM many;
SELECT crm.cluster_values(name ORDER BY md5(name)) = (SELECT found FROM serial) AS shuffled FROM many;

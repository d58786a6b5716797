-- What the columns of a table hold.
CREATE SCHEMA identity_field;
SET search_path = identity_field, public;
SET extra_float_digits = 0;
\set SHOW_CONTEXT never
SELECT value, crm.value_shape(value), crm.looks_like(value)
  FROM (VALUES ('Main Street 12'), ('SW1A 2AA'), ('+49 (30) 123456'), ('anna@example.com'), ('2026-02-28'), ('12:30'), ('35233'), ('3.50'), ('O''Brien'), ('東京 タワー'),
               ('www.example.com'), ('Please leave it at the door.'), ('n/a'), ('  '), ('!'), (NULL)) AS x (value);
CREATE TABLE customers (id int PRIMARY KEY, "First Name" text, mail varchar(60), phone text, zip char(5), joined date, spent numeric, note text);
INSERT INTO customers
SELECT n, (ARRAY['Anna', 'Bertil', 'Çelik', 'Dora'])[1 + n % 4], 'user' || n || '@example.com', '+49 30 ' || 100000 + n, lpad((10000 + n)::text, 5), date '2026-01-01' + n, n * 1.5,
       CASE WHEN n % 3 = 0 THEN 'n/a' END
  FROM generate_series(1, 200) AS n;
UPDATE customers SET "First Name" = mail WHERE id IN (7, 8, 9, 10);
UPDATE customers SET mail = ' ' || mail, phone = 'call ' || E'\n' || phone WHERE id = 20;
SELECT column_name, column_type, rows, nulls, round(null_share::numeric, 3) AS null_share, null_like, distinct_values, distinct_exact AS exact, least_length AS shortest,
       round(mean_length::numeric, 2) AS mean, greatest_length AS longest
  FROM crm.field_profile('customers');
SELECT column_name, round(digit_share::numeric, 3) AS digits, round(letter_share::numeric, 3) AS letters, non_ascii_share AS non_ascii, least_value, greatest_value, least_number, greatest_number
  FROM crm.field_profile('customers');
SELECT column_name, looks_like, round(looks_like_share::numeric, 3) AS share, flags FROM crm.field_profile('customers');
SELECT column_name, s.* FROM crm.field_profile('customers') AS p, jsonb_to_recordset(p.shapes) AS s (shape text, count int, share float8) WHERE column_name IN ('First Name', 'phone') AND s.count > 1;
SELECT f.* FROM crm.field_profile('customers') AS p, jsonb_to_recordset(p.frequent) AS f (value text, count int, share float8) WHERE column_name = 'First Name' AND f.count > 1;

-- The aggregate by itself, by groups.
SELECT id % 2 AS odd, (crm.profile(phone)).rows, (crm.profile(phone)).looks_like FROM customers GROUP BY 1 ORDER BY 1;
SELECT crm.profile(phone) IS NULL AS no_rows FROM customers WHERE false;
SELECT (crm.profile(NULL)).*;

-- Views, empty tables, odd names, few rows.
CREATE VIEW "Old ""Customers""" AS SELECT "First Name" AS "select", mail FROM customers WHERE id <= 100;
SELECT column_name, rows, distinct_values FROM crm.field_profile('"Old ""Customers"""');
SELECT column_name, rows FROM crm.field_profile('"Old ""Customers"""', 10);
CREATE TABLE nothing (a text, b int[]);
SELECT column_name, column_type, rows, nulls, null_share, distinct_values, shapes, flags FROM crm.field_profile('nothing');
ANALYZE customers;
SELECT bool_and(rows BETWEEN 20 AND 90) AS sampled, count(DISTINCT rows) FROM crm.field_profile('customers', 50);
SELECT bool_and(rows = 200) AS whole FROM crm.field_profile('customers', 500);
SELECT crm.field_profile('customers', 0);

-- Who asks sees what is theirs to see: rights to columns, and row security.
CREATE ROLE identity_field_reader;
GRANT USAGE ON SCHEMA identity_field TO identity_field_reader;
GRANT SELECT (id, mail) ON customers TO identity_field_reader;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY first_ones ON customers FOR SELECT TO identity_field_reader USING (id <= 30);
SET ROLE identity_field_reader;
SELECT column_name, rows, greatest_number FROM crm.field_profile('customers');
SELECT crm.field_profile('nothing');
RESET ROLE;
REVOKE ALL ON SCHEMA identity_field FROM identity_field_reader;
REVOKE ALL ON customers FROM identity_field_reader;
DROP POLICY first_ones ON customers;
DROP ROLE identity_field_reader;

-- Beyond 32768 distinct values their number is estimated.
CREATE TABLE many AS SELECT 'value ' || n AS value, n % 5 AS few FROM generate_series(1, 100000) AS n;
ANALYZE many;
CREATE TABLE serial AS SELECT crm.profile(value) AS p, crm.profile(few::text) AS q FROM many;
SELECT abs((p).distinct_values / 100000.0 - 1) < 0.03 AS near, (p).distinct_exact, (p).flags, (q).distinct_values, (q).distinct_exact FROM serial;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.profile(value) FROM many;
SELECT crm.profile(value) = (SELECT p FROM serial) AS parallel FROM many;
SELECT crm.profile(value ORDER BY md5(value)) = (SELECT p FROM serial) AS shuffled FROM many;

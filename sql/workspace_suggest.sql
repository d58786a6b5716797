-- Which relations and columns may be a workspace's sources.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA workspace_suggest;
SET search_path = workspace_suggest, public;

-- Columns by name, type and key, in several languages and ways of writing.
CREATE TABLE kunden (id int PRIMARY KEY, "Vorname" text, name text, ort text);
CREATE TABLE bestellungen (id int PRIMARY KEY, kunde_id int REFERENCES kunden, bestellt_am timestamptz, geliefert_am date, "GesamtBetrag" numeric, mwst numeric);
CREATE TABLE shop_order (id int PRIMARY KEY, user_id uuid, created_at timestamptz, updated_at timestamptz, total_tax numeric, total_shipping numeric, total numeric, status text);
CREATE TABLE household_sale (household_key int, basket_id int, day date, sales_value float8, retail_disc float8, week_no int, trans_time int);
CREATE DOMAIN euro AS numeric(12, 2);
CREATE DOMAIN price AS euro CHECK (VALUE >= 0);
CREATE TABLE receipts (buyer varchar(20), bought_on date, paid price, discount price);
CREATE TABLE pedidos (cliente_id bigint, fecha timestamp, importe numeric);
CREATE TABLE client_review (review_id text PRIMARY KEY, client text, review text, stars int, posted date, category text);
CREATE TABLE meter (a int, b date, c float8, moment time, span interval, who regclass, coins money);
SELECT relation, crm.guess_columns(relation, 'orders')
FROM unnest('{bestellungen,shop_order,household_sale,receipts,pedidos,meter}'::regclass[]) AS relation;
SELECT crm.guess_columns('kunden', 'customers'), crm.guess_columns('client_review', 'comments');
SELECT crm.guess_columns('kunden', 'orders') AS no_order, crm.guess_columns('kunden', 'nonsense') AS no_role, crm.guess_columns(NULL, 'orders') AS no_relation;
SELECT wanted, column_name, round(score::numeric, 2) AS score, reason FROM crm.column_guesses('bestellungen', 'orders');
-- No column is two things.
CREATE TABLE narrow (customer text, at date, amount numeric);
SELECT crm.guess_columns('narrow', 'comments'), crm.guess_columns('narrow', 'customers');
-- The words of names.
SELECT name, crm.words_of_name(name) FROM (VALUES ('OrderDate'), ('CUST_NO'), ('customer id'), ('__x--y'), ('2ndName'), (''), ('Umsatz2024')) AS v (name);
-- A key that names each row is no customer of orders; one date in all rows is no date of orders.
CREATE TABLE loaded AS SELECT i AS customer, i % 40 AS client, date '2026-01-01' AS date, date '2025-01-01' + i % 300 AS day, 1.5 * i AS amount FROM generate_series(1, 400) AS i;
ANALYZE loaded;
SELECT wanted, column_name, round(score::numeric, 2) AS score, reason FROM crm.column_guesses('loaded', 'orders') WHERE score > 0.3;
-- Columns that the caller may not read are not there.
CREATE ROLE workspace_suggest_reader;
GRANT USAGE ON SCHEMA workspace_suggest TO workspace_suggest_reader;
GRANT SELECT (buyer, bought_on) ON receipts TO workspace_suggest_reader;
SET ROLE workspace_suggest_reader;
SELECT crm.guess_columns('receipts', 'orders');
SELECT relation, contents FROM crm.readable_relations('{workspace_suggest}');
RESET ROLE;

-- Relations: tables, views, partitioned ones; the words of their names count, copies count less.
CREATE VIEW order_view AS SELECT kunde_id AS customer, bestellt_am AS ordered_at, "GesamtBetrag" AS amount FROM bestellungen;
CREATE TABLE bestellungen_backup AS TABLE bestellungen;
CREATE TABLE parted (customer_id int, order_date date, amount numeric) PARTITION BY RANGE (order_date);
CREATE TABLE parted_2026 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE MATERIALIZED VIEW daily AS SELECT bestellt_am::date AS day, sum("GesamtBetrag") AS amount FROM bestellungen GROUP BY 1;
SELECT role, relation, columns, round(score::numeric, 2) AS score, reason FROM crm.suggest_sources('{workspace_suggest}', 20) WHERE role = 'orders';
SELECT role, source, columns, round(score::numeric, 2) AS score FROM crm.suggest_sources('{workspace_suggest}', 2) WHERE role <> 'orders';
SELECT role, count(*) FROM crm.suggest_sources('{workspace_suggest}', 1) GROUP BY role ORDER BY role;
SELECT count(*) FROM crm.suggest_sources('{nowhere}');
-- The first row is a call that works.
SELECT call FROM crm.suggest_sources('{workspace_suggest}', 1) WHERE role = 'orders' \gset
\echo :call
BEGIN;
:call
SELECT role, source, columns FROM shop.source ORDER BY role;
-- A workspace is no source, and its name is taken.
SELECT count(*) FROM crm.suggest_sources('{shop}', 100);
SELECT substr(call, 1, 38) AS call FROM crm.suggest_sources('{workspace_suggest}', 1) WHERE role = 'orders';
ROLLBACK;

-- Amounts that are in lines: of the relation itself, or of one that refers to it. The queries give one row an order.
CREATE SCHEMA workspace_suggest_lines;
SET search_path = workspace_suggest_lines, public;
CREATE TABLE retail ("InvoiceNo" text, "StockCode" text, "Quantity" int, "InvoiceDate" timestamp, "UnitPrice" numeric, "CustomerID" int);
INSERT INTO retail VALUES ('A1', 'x', 2, '2026-01-01 10:00', 1.50, 7), ('A1', 'y', 1, '2026-01-01 10:00', 4.00, 7), ('A2', 'x', 1, '2026-01-02 11:00', 1.50, 7),
    ('A3', 'z', 3, '2026-01-02 11:00', 2.00, 8);
SELECT source, columns FROM crm.suggest_sources('{workspace_suggest_lines}') WHERE role = 'orders';
SELECT source FROM crm.suggest_sources('{workspace_suggest_lines}') WHERE role = 'orders' \gset
:source ORDER BY 1, 2;
DROP TABLE retail;
CREATE TABLE orders (order_id int PRIMARY KEY, "cust No" int, order_date date);
CREATE TABLE order_details (order_id int REFERENCES orders, product text, unit_price numeric, quantity int);
INSERT INTO orders VALUES (1, 7, '2026-01-01'), (2, 7, '2026-01-02'), (3, 8, '2026-01-02');
INSERT INTO order_details VALUES (1, 'x', 1.50, 2), (1, 'y', 4.00, 1), (2, 'x', 1.50, 1), (3, 'z', 2.00, 3);
SELECT source, reason FROM crm.suggest_sources('{workspace_suggest_lines}') WHERE role = 'orders';
SELECT source, call FROM crm.suggest_sources('{workspace_suggest_lines}') WHERE role = 'orders' \gset
:source ORDER BY 1, 2;
BEGIN;
:call
ROLLBACK;

-- The hint of a wrong declaration says what to write.
SELECT crm.create_workspace('shop', 'workspace_suggest.bestellungen');
DROP OWNED BY workspace_suggest_reader;
DROP ROLE workspace_suggest_reader;
DROP SCHEMA workspace_suggest, workspace_suggest_lines CASCADE;

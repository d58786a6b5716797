-- What may become of a workspace's surroundings: other names, publications, new columns, few customers.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE TABLE purchase (client text, bought_on date, paid int);
INSERT INTO purchase SELECT 'C' || c, date '2026-01-01' + c * 7 + n * 20, 10 * c FROM generate_series(1, 3) AS c, generate_series(1, c) AS n;

-- Of fewer than ten customers the best is still in the top tenth.
SELECT crm.create_workspace('shop', 'purchase',
    options => '{"columns": {"orders": {"customer": "client", "ordered_at": "bought_on", "amount": "paid"}}, "follow": "trigger"}');
CALL crm.refresh('shop', '2026-06-30');
SELECT customer, decile, concentration.revenue = customer.revenue AS as_in_concentration
FROM shop.customer JOIN shop.concentration USING (decile) ORDER BY decile;

-- New names of the workspace and of the customers' column keep nobody from ordering; whose order it was is known, or all are read.
ALTER SCHEMA shop RENAME TO "The ""old"" shop";
INSERT INTO purchase VALUES ('C1', '2026-06-30', 5);
SELECT customer FROM "The ""old"" shop".changed_order;
ALTER TABLE purchase RENAME COLUMN client TO buyer;
INSERT INTO purchase VALUES ('C2', '2026-06-30', 5);
SELECT customer FROM "The ""old"" shop".changed_order;
CALL crm.refresh('The "old" shop', '2026-07-01');
SELECT run, state, changed_customers FROM "The ""old"" shop".run;
CREATE FUNCTION state_under_way() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(crm.workspace_lock('"The ""old"" shop"'));
    UPDATE "The ""old"" shop".refresh_run SET state = 'running' WHERE run = 2;
    RETURN (SELECT state FROM "The ""old"" shop".run WHERE run = 2);
END $$;
BEGIN;
SELECT state_under_way();
ROLLBACK;
ALTER TABLE purchase RENAME COLUMN buyer TO client;
ALTER SCHEMA "The ""old"" shop" RENAME TO shop;

-- Where a publication is for all tables, its rows can be deleted.
SELECT relname AS without_identity FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' AND relreplident <> 'f'
  AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary) ORDER BY 1;

-- A later edition may declare a column anywhere: a view that is there takes it at its end.
BEGIN;
INSERT INTO crm.workspace_column VALUES ('scores', 15, 'doubled', '2 * fact.orders', 'Twice the orders.');
SELECT crm.set_up_workspace('shop');
SELECT attname, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 'shop.customer'::regclass ORDER BY attnum DESC LIMIT 1;
ROLLBACK;

-- So may it make other tables and views.
SELECT value = to_jsonb(crm.workspace_edition()) AS up_to_date FROM shop.setting WHERE name = 'edition';
BEGIN;
CREATE OR REPLACE FUNCTION crm.set_up_customers(customer_type regtype) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE customer_name ADD COLUMN IF NOT EXISTS nickname text;
END $$;
SELECT value = to_jsonb(crm.workspace_edition()) AS up_to_date FROM shop.setting WHERE name = 'edition';
SELECT crm.set_up_workspace('shop');
SELECT value = to_jsonb(crm.workspace_edition()) AS up_to_date FROM shop.setting WHERE name = 'edition';
SELECT attname FROM pg_attribute WHERE attrelid = 'shop.customer_name'::regclass AND attnum > 0 ORDER BY attnum;
ROLLBACK;

-- Queries with comments and in parentheses.
SELECT crm.create_workspace('query', E'/* all */ (SELECT client AS customer, bought_on AS ordered_at, paid AS amount FROM purchase) -- of them');
SELECT count(*) FROM query.source_orders;

-- Sources that were dropped.
CREATE TABLE client AS SELECT DISTINCT client AS customer, 'the ' || client AS name FROM purchase;
SELECT crm.add_source('shop', 'customers', 'client');
CALL crm.refresh('shop', '2026-07-02');
DROP TABLE client CASCADE;
CALL crm.refresh('shop', '2026-07-03');
SELECT crm.drop_source('shop', 'customers');
CALL crm.refresh('shop', '2026-07-03');
DROP TABLE purchase CASCADE;
CALL crm.refresh('shop', '2026-07-04');
SELECT run, state, message FROM shop.run ORDER BY run;
SELECT count(*) FROM shop.customer;
SELECT crm.drop_workspace('query'), crm.drop_workspace('shop');
DROP FUNCTION state_under_way;

-- Whoever may make triggers on another's orders can take them away again.
CREATE TABLE purchase ("its $body$" text, ordered_at date, amount int);
CREATE ROLE crm_test_follower;
GRANT SELECT, TRIGGER ON purchase TO crm_test_follower;
DO $$ BEGIN EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO crm_test_follower', current_database()); END $$;
SET ROLE crm_test_follower;
BEGIN;
SET client_min_messages = notice;
SELECT crm.create_workspace('shop', 'purchase', options => '{"follow": "trigger", "columns": {"orders": {"customer": "its $body$"}}}');
SELECT crm.add_source('shop', 'orders', 'purchase', '{"customer": "its $body$"}', 'trigger');
SELECT crm.drop_workspace('shop');
SHOW client_min_messages;
COMMIT;
SET client_min_messages = warning;
RESET ROLE;
SELECT count(*) AS triggers_left FROM pg_trigger WHERE tgrelid = 'purchase'::regclass;
DROP TABLE purchase;
DROP OWNED BY crm_test_follower;
DROP ROLE crm_test_follower;

-- What would be two customers to a refresh and one to an index cannot be a customer; no workspace is none.
BEGIN;
CREATE TYPE other_number;
CREATE FUNCTION other_in(cstring) RETURNS other_number LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION other_out(other_number) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE other_number (INPUT = other_in, OUTPUT = other_out, LIKE = int4);
CREATE FUNCTION other_compare(other_number, other_number) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE OPERATOR CLASS other_operators DEFAULT FOR TYPE other_number USING btree AS FUNCTION 1 other_compare(other_number, other_number);
CREATE DOMAIN customer_number AS other_number;
SELECT crm.create_workspace('other', $$SELECT '7'::customer_number AS customer, date '2026-01-01' AS ordered_at, 1 AS amount$$);
ROLLBACK;
CALL crm.refresh(NULL);
SELECT crm.create_workspace('other', 'SELECT 1 AS customer, date ''2026-01-01'' AS ordered_at, 1 AS amount', options => '{"time_zone": "Mars/Olympus"}');
\set VERBOSITY terse
SELECT crm.create_workspace('other', 'SELECT 1 AS customer, date ''2026-01-01'' AS ordered_at, 1 AS amount', options => '{"columns": {"order": {}}}');
\set VERBOSITY default
SELECT crm.create_workspace('bytes', $$SELECT '\x01'::bytea AS customer, date '2026-01-01' AS ordered_at, 1 AS amount$$);
CALL crm.refresh('bytes', '2026-01-02');
SELECT count(*) AS checks, count(*) FILTER (WHERE ok) AS ok FROM crm.check_workspace('bytes');
SELECT crm.drop_workspace('bytes');

-- A null takes the default; what cannot be an option is said.
CREATE TABLE purchase AS SELECT g % 20 AS customer, date '2025-06-01' + (g * 37 % 300) AS ordered_at, (10 + g % 9)::numeric AS amount FROM generate_series(1, 100) AS g;
SELECT crm.create_workspace('shop', 'purchase');
CALL crm.refresh('shop', '2026-05-01', '{"full": true, "refit": true}');  -- what is given in full needs no default
CREATE TEMPORARY TABLE shown AS SELECT * FROM shop.customer;
UPDATE shop.setting SET value = NULL WHERE name NOT IN ('edition', 'customer_type', 'time_zone', 'usual_gap_days');
CALL crm.refresh('shop', '2026-05-01',
    '{"full": null, "refit": null, "level": null, "models": null, "refit_after_days": null, "migration_days": null}');
SELECT count(*) AS different FROM (SELECT shown::text FROM shown EXCEPT SELECT fresh::text FROM shop.customer AS fresh) AS changed;
CALL crm.refresh('shop', '2026-05-01', NULL);
CALL crm.refresh('shop', '2026-05-01', '{"models": []}');
CALL crm.refresh('shop', '2026-05-01', '{"models": "bg_nbd"}');
CALL crm.refresh('shop', 'infinity');
SELECT run, state FROM shop.run ORDER BY run;

-- A kind that is not to be tried any more gives way, whatever it was worth; another one of the same kind does not.
CALL crm.refresh('shop', '2026-05-02', '{"models": ["mbg_nbd"], "reject_margin": -100}');
CALL crm.refresh('shop', '2026-05-03', '{"models": ["mbg_nbd"], "reject_margin": -100, "refit": true}');
SELECT as_of, kind, kept FROM shop.model WHERE name = 'buying' AND chosen ORDER BY as_of;

-- A condition says the same to every reader.
UPDATE shop.lifecycle_rule SET condition = 'segment IN (SELECT segment FROM shop.segment)' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
UPDATE shop.lifecycle_rule SET condition = 'current_date - age > date ''2026-01-01''' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
UPDATE shop.lifecycle_rule SET condition = 'date ''2026-01-01'' + age > date ''today''' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
CREATE FUNCTION is_old(int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 > 10;
UPDATE shop.lifecycle_rule SET condition = 'public.is_old(age)' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
DROP FUNCTION is_old;
UPDATE shop.lifecycle_rule SET condition = 'tableoid > 3' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
UPDATE shop.lifecycle_rule SET condition = 'age > 3) STORED, more boolean GENERATED ALWAYS AS (true' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
UPDATE shop.lifecycle_rule SET condition = 'p_alvie < 0.5' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');
UPDATE shop.lifecycle_rule SET condition = 'p_alive < 0.5) OR (true' WHERE stage = 'at risk';
CALL crm.refresh('shop', '2026-05-04');

-- Changed rules are shown when the run that applies them is.
UPDATE shop.lifecycle_rule SET condition = 'days_since_last_order > 10' WHERE stage = 'at risk';
SELECT lifecycle, count(*) FROM shop.customer GROUP BY 1 ORDER BY 1;
CALL crm.refresh('shop', '2026-05-04', '{"level": 1}');
CALL crm.refresh('shop', '2026-05-04');
SELECT lifecycle, count(*) FROM shop.customer GROUP BY 1 ORDER BY 1;
SELECT lifecycle, customers FROM shop.lifecycle ORDER BY 1;

-- Who is no customer for a while has a gap in the history, though it goes on as it ended.
CREATE TEMPORARY TABLE away AS SELECT * FROM purchase WHERE customer = (SELECT min(customer) FROM purchase);
DELETE FROM purchase WHERE customer IN (SELECT customer FROM away);
CALL crm.refresh('shop', '2026-05-05');
INSERT INTO purchase TABLE away;
CALL crm.refresh('shop', '2026-05-06');
CALL crm.refresh('shop', '2026-05-07');
SELECT since, until, lifecycle FROM shop.customer_history WHERE customer IN (SELECT customer FROM away) AND since >= '2026-05-04' ORDER BY since;
DROP TABLE away;

-- An amount that was mistyped and put right leaves nothing behind.
CREATE TEMPORARY TABLE cohort_before AS SELECT cohort, age, revenue FROM shop.cohort;
INSERT INTO purchase SELECT min(customer), '2026-05-02', 1e15 FROM purchase;
CALL crm.refresh('shop', '2026-05-07');
DELETE FROM purchase WHERE amount = 1e15;
CALL crm.refresh('shop', '2026-05-07');
SELECT count(*) AS different FROM shop.cohort JOIN cohort_before USING (cohort, age) WHERE cohort.revenue <> cohort_before.revenue;
DROP TABLE cohort_before;

-- Without stages nobody is in one.
DELETE FROM shop.lifecycle_rule;
CALL crm.refresh('shop', '2026-05-08');
SELECT lifecycle, customers FROM shop.lifecycle;
SELECT "check" FROM crm.check_workspace('shop') WHERE NOT ok;
-- Nobody is a customer before the first order, and all checks are made.
CALL crm.refresh('shop', '2020-01-01');
SELECT customers, orders, revenue FROM shop.summary ORDER BY run DESC LIMIT 1;
SELECT count(*) AS checks, count(*) FILTER (WHERE ok) AS ok FROM crm.check_workspace('shop');
SELECT crm.drop_workspace('shop');
DROP TABLE purchase, shown;

-- A superuser's run is the owner's: it may do no more, and leaves nothing that the owner could not change.
CREATE ROLE crm_test_keeper;
CREATE TABLE purchase AS SELECT 'C1' AS customer, date '2026-01-01' AS ordered_at, 5 AS amount;
GRANT SELECT ON purchase TO crm_test_keeper;
DO $$ BEGIN EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO crm_test_keeper', current_database()); END $$;
SET ROLE crm_test_keeper;
SELECT crm.create_workspace('shop', 'purchase');
CREATE FUNCTION shop.curious(date) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM pg_authid) > 0; END $$;
CREATE OR REPLACE VIEW shop.source_orders AS SELECT customer, ordered_at, amount::float8 FROM purchase WHERE shop.curious(ordered_at);
RESET ROLE;
CALL crm.refresh('shop', '2026-01-02');
CREATE OR REPLACE FUNCTION shop.curious(date) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN current_user = 'crm_test_keeper'; END $$;
UPDATE shop.setting SET value = '"an older one"' WHERE name = 'edition';
DROP TABLE shop.alert_of_run CASCADE;
CALL crm.refresh('shop', '2026-01-02');
SELECT customer, lifecycle, current_user = session_user AS oneself_again FROM shop.customer;
SELECT crm.add_source('shop', 'orders', 'purchase', follow => 'trigger');
INSERT INTO purchase VALUES ('C2', '2026-01-02', 7);
CALL crm.refresh('shop', '2026-01-03');
SELECT changed_customers FROM shop.run ORDER BY run DESC LIMIT 1;
SELECT DISTINCT relowner::regrole AS owner FROM pg_class WHERE relnamespace = 'shop'::regnamespace;
SELECT DISTINCT proowner::regrole AS owner FROM pg_proc WHERE pronamespace = 'shop'::regnamespace;
CREATE TABLE secret AS SELECT 'C1' AS customer, 'what the owner must not read' AS name;
SELECT crm.add_source('shop', 'customers', 'secret');
DROP TABLE secret;
-- Nor does the trigger write what is not the workspace's.
CREATE TEMPORARY TABLE changed_order (customer text);
INSERT INTO purchase VALUES ('C3', '2026-01-02', 7);
DROP TABLE shop.changed_order;
INSERT INTO purchase VALUES ('C3', '2026-01-02', 7);
SELECT count(*) FROM changed_order;
DROP TABLE changed_order;
CREATE TABLE shop.changed_order (customer text);
CREATE ROLE crm_test_stranger;
GRANT USAGE ON SCHEMA shop TO crm_test_stranger;
SET ROLE crm_test_stranger;
CALL crm.refresh('shop', '2026-01-03');
RESET ROLE;
SELECT crm.drop_workspace('shop');
DROP TABLE purchase;
DROP OWNED BY crm_test_keeper, crm_test_stranger;
DROP ROLE crm_test_keeper, crm_test_stranger;

-- Other orders, followed from now on: those that there are already are read.
CREATE TABLE purchase AS SELECT 'C' || c AS customer, date '2026-01-01' AS ordered_at, 5 AS amount FROM generate_series(1, 3) AS c;
CREATE TABLE other_purchase AS SELECT 'D' || c AS customer, date '2026-01-01' AS ordered_at, 5 AS amount FROM generate_series(1, 4) AS c;
SELECT crm.create_workspace('shop', 'purchase', options => '{"follow": "trigger"}');
CALL crm.refresh('shop', '2026-01-02');
DELETE FROM purchase WHERE customer = 'C1';
SELECT crm.add_source('shop', 'orders', 'purchase', follow => 'trigger');
CALL crm.refresh('shop', '2026-01-02');
SELECT string_agg(customer, ' ' ORDER BY customer) FROM shop.customer;
SELECT crm.add_source('shop', 'orders', 'other_purchase', follow => 'trigger');
CALL crm.refresh('shop', '2026-01-02');
SELECT string_agg(customer, ' ' ORDER BY customer) FROM shop.customer;
ALTER TABLE other_purchase DISABLE TRIGGER USER;
INSERT INTO other_purchase VALUES ('D5', '2026-01-02', 6);
CALL crm.refresh('shop', '2026-01-03');
SELECT run.changed_customers, run_step.message FROM shop.run JOIN shop.run_step USING (run) WHERE run = 4 AND step = 'timelines';
SELECT crm.drop_workspace('shop');
DROP TABLE purchase, other_purchase;

-- Another time zone: other days.
CREATE TABLE purchase AS SELECT 'C' || c AS customer, timestamptz '2026-01-01 23:30 UTC' AS ordered_at, 5 AS amount FROM generate_series(1, 3) AS c;
SELECT crm.create_workspace('shop', 'purchase', options => '{"follow": "trigger", "time_zone": "UTC"}');
CALL crm.refresh('shop', '2026-01-02');
UPDATE shop.setting SET value = '"Europe/Berlin"' WHERE name = 'time_zone';
CALL crm.refresh('shop', '2026-01-02', '{"time_zone": "UTC"}');
CALL crm.refresh('shop', '2026-01-02');
SELECT last_order, count(*) FROM shop.customer GROUP BY 1;
CALL crm.refresh('shop', '2026-01-03');
SELECT run, changed_customers FROM shop.run ORDER BY run;
SELECT crm.drop_workspace('shop');
DROP TABLE purchase;

-- Workspaces of one session may have been made by different editions.
CREATE TABLE purchase AS SELECT g % 20 AS customer, date '2025-06-01' + (g * 37 % 300) AS ordered_at, 10 + g % 9 AS amount FROM generate_series(1, 100) AS g;
SELECT crm.create_workspace('shop', 'purchase'), crm.create_workspace('older', 'purchase');
ALTER TABLE older.run_basis DROP COLUMN is_gap_learned;
ALTER TABLE older.run_basis ADD COLUMN is_gap_learned boolean;
CALL crm.refresh('shop', '2026-05-01');
CALL crm.refresh('older', '2026-05-01');
CALL crm.refresh('shop', '2026-05-02');
CALL crm.refresh('older', '2026-05-02');
SELECT count(*) AS different FROM (SELECT newer::text FROM shop.customer AS newer EXCEPT SELECT older::text FROM older.customer AS older) AS differing;
SELECT crm.drop_workspace('shop'), crm.drop_workspace('older');
DROP TABLE purchase;

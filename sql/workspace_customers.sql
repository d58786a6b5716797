-- Customers of any type, in a workspace of any name.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE SCHEMA workspace_customers;
SET search_path = workspace_customers, public;
-- Two of the types are not what their name alone says, of length 1.
CREATE TABLE coded (customer char(4), ordered_at date, amount numeric);
INSERT INTO coded VALUES ('ab', '2025-01-01', 5), ('ac', '2025-01-01', 6), ('ab  ', '2025-01-02', 7);
CREATE TABLE flagged (customer bit(3), ordered_at date, amount numeric);
INSERT INTO flagged VALUES ('101', '2025-01-01', 5), ('111', '2025-01-01', 6);
CREATE TYPE grade AS ENUM ('low', 'high');
CREATE TABLE graded (customer grade, ordered_at date, amount numeric);
INSERT INTO graded VALUES ('low', '2025-01-01', 5), ('high', '2025-01-01', 6);
SELECT crm.create_workspace('coded by name', 'coded', options => '{"follow": "trigger"}'),
       crm.create_workspace('100 %', 'flagged', options => '{"follow": "trigger"}'),
       crm.create_workspace('O''Hara "& sons"', 'graded', options => '{"follow": "trigger"}');
CALL crm.refresh('coded by name', '2025-02-01');
CALL crm.refresh('100 %', '2025-02-01');
CALL crm.refresh('O''Hara "& sons"', '2025-02-01');
SELECT customer, orders, revenue FROM "coded by name".customer ORDER BY customer;
SELECT customer, orders FROM "100 %".customer ORDER BY customer;
SELECT customer, orders FROM "O'Hara ""& sons""".customer ORDER BY customer;

-- Triggers note whose orders changed; nobody is none of them. Those of two workspaces with long names are told apart.
SELECT crm.create_workspace(repeat('x', 63), 'coded', options => '{"follow": "trigger"}'),
       crm.create_workspace(repeat('x', 62), 'coded', options => '{"follow": "trigger"}');
INSERT INTO coded VALUES ('ad', '2025-01-03', 8), (NULL, '2025-01-03', 8);
UPDATE coded SET customer = 'ae' WHERE customer = 'ac';
SELECT customer FROM "coded by name".changed_order ORDER BY customer;
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'coded'::regclass;
CALL crm.refresh('coded by name', '2025-02-02');
SELECT customer, orders, revenue FROM "coded by name".customer ORDER BY customer;
SELECT changed_customers FROM "coded by name".run ORDER BY run DESC LIMIT 1;
SELECT crm.drop_workspace(repeat('x', 63)), crm.drop_workspace(repeat('x', 62));
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'coded'::regclass;

-- What is written to a partition itself fires no trigger of the whole: number and sum of the orders show it.
CREATE TABLE parted (customer int, ordered_at date, amount numeric) PARTITION BY RANGE (ordered_at);
CREATE TABLE parted_2025 PARTITION OF parted FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO parted VALUES (1, '2025-01-01', 3);
SELECT crm.create_workspace('parts', 'parted', options => '{"follow": "trigger"}');
CALL crm.refresh('parts', '2025-02-01');
INSERT INTO parted_2025 VALUES (2, '2025-01-01', 3);
CALL crm.refresh('parts', '2025-02-02');
SELECT customer, orders FROM parts.customer ORDER BY customer;
SELECT message FROM parts.run_step WHERE run = 2 AND step = 'timelines';

-- With all options given there is nothing to take by default.
CALL crm.refresh('parts', '2025-02-03', '{"full": true, "refit": true}');
SELECT as_of, state FROM parts.run ORDER BY run DESC LIMIT 1;

SELECT crm.drop_workspace('parts'), crm.drop_workspace('coded by name'), crm.drop_workspace('100 %'), crm.drop_workspace('O''Hara "& sons"');
DROP SCHEMA workspace_customers CASCADE;

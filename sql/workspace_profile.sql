-- One customer on a page.
SET client_min_messages = warning;
SET datestyle = 'German';
\set SHOW_CONTEXT never
CREATE SCHEMA workspace_profile;
SET search_path = workspace_profile, public;
CREATE TABLE bought AS
SELECT CASE c WHEN 5 THEN 'Robert''); DROP TABLE bought;--' WHEN 6 THEN '%s "%I" \' WHEN 8 THEN '' ELSE 'C' || c END AS customer,
       date '2025-01-06' + c * 37 % 60 + n * (10 + c % 31) AS ordered_at, (20 + c * 7 % 50 + n)::numeric AS amount
FROM generate_series(1, 100) AS c, generate_series(0, 9) AS n WHERE n <= c * 7 % 10;
CREATE TABLE said AS
SELECT 'C' || c AS customer, date '2025-06-01' + c + 9 * n AS at, CASE WHEN n % 2 = 0 THEN 'my parcel came late ' ELSE 'great shop, thank you ' END || n AS comment
FROM generate_series(1, 20) AS c, generate_series(1, 5) AS n;
CREATE TABLE rule AS SELECT * FROM (VALUES ('delivery', 'parcel'), ('praise', 'great')) AS r (topic, rule);
SELECT crm.create_workspace('page', 'bought', comments => 'said', customers => 'SELECT customer, ''Ms '' || customer AS name FROM bought', topic_rules => 'rule');
SELECT * FROM crm.customer_profile('page', 'C7');
CALL crm.refresh('page', '2025-10-01');

SELECT section, label, value, note FROM crm.customer_profile('page', 'C7');
-- Bought once, wrote nothing.
SELECT section, label, value, note FROM crm.customer_profile('page', 'C30') WHERE section NOT IN ('who', 'value', 'next');
-- Whatever a customer is called; whoever is none has no page.
SELECT customer, (SELECT count(*) FROM crm.customer_profile('page', customer)) > 10 AS has_page
FROM (VALUES ('Robert''); DROP TABLE bought;--'), ('%s "%I" \'), (''), ('nobody'), (repeat('x', 10000)), (NULL)) AS v (customer)
ORDER BY length(customer), customer LIMIT 4;
SELECT count(*) FROM crm.customer_profile('page', repeat('x', 100000));
SELECT count(*) FROM crm.customer_profile('page', NULL);
SELECT count(*) FROM crm.customer_profile('nowhere', 'C7');
-- Nothing of the caller's has changed.
SHOW search_path;
SELECT count(*) FROM bought;

-- Figures are those of view customer.
SELECT bool_and(shown.value = crm.in_words(customer.revenue, 2)) AS revenue, count(*) FROM page.customer, crm.customer_profile('page', customer.customer) AS shown
WHERE section = 'value' AND label = 'revenue';
SELECT bool_and(shown.value = crm.share_in_words(customer.p_alive)) AS p_alive, count(*) FROM page.customer, crm.customer_profile('page', customer.customer) AS shown
WHERE section = 'now' AND label = 'still a customer';

-- A step of one's own adds a section, and columns without one are shown all the same.
BEGIN;
CREATE FUNCTION crm.profile_greeting(about jsonb) RETURNS TABLE (label text, value text, note text) LANGUAGE sql AS
$$ SELECT 'greeting', 'Dear ' || (about ->> 'name'), NULL $$;
INSERT INTO crm.workspace_profile_section VALUES (5, 'greeting', 'greeting', 'profile_greeting');
SELECT * FROM crm.customer_profile('page', 'C7') LIMIT 2;
INSERT INTO crm.workspace_column VALUES ('forecast', 9000, 'likely_basket', '42', 'What the next basket may hold.');
SELECT crm.set_up_workspace('page');
SET search_path = workspace_profile, public;
SELECT * FROM crm.customer_profile('page', 'C7') WHERE section = 'more';
ROLLBACK;

-- Customers that are numbers: what is none is nobody.
SELECT crm.create_workspace('numbers', 'SELECT length(customer) AS customer, ordered_at, amount FROM bought');
CALL crm.refresh('numbers', '2025-10-01');
SELECT customer, (SELECT count(*) FROM crm.customer_profile('numbers', customer)) > 5 AS has_page
FROM (VALUES ('3'), (' 3 '), ('-3'), ('3.5'), ('three'), ('99999999999999999999')) AS v (customer);
SELECT crm.drop_workspace('numbers');
SELECT crm.drop_workspace('page');
DROP SCHEMA workspace_profile CASCADE;

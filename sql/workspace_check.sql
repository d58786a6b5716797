-- What a workspace keeps up to date by small steps is what one computes at once.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE SCHEMA workspace_check;
SET search_path = workspace_check, public;
-- Orders with times of the day, refunds, amounts that add up to different floats in different orders, and no few of one day.
CREATE TABLE bought (id int PRIMARY KEY, customer text, ordered_at timestamptz, amount float8, changed_at int);
CREATE FUNCTION random_order(id int, seed int) RETURNS bought LANGUAGE sql IMMUTABLE AS $$
    SELECT id, 'C' || abs(hashint4(id * 31 + seed)) % 150, timestamptz '2025-01-01 00:00+00' + abs(hashint4(id * 17 + seed)) % 300000 * interval '1 minute',
           (abs(hashint4(id * 13 + seed)) % 10000 - 500) / 97.0, seed $$;
INSERT INTO bought SELECT (random_order(id, 0)).* FROM generate_series(1, 1200) AS id;
CREATE TABLE said AS
SELECT id, 'C' || id * 7 % 200 AS customer, date '2025-01-01' + id AS at, CASE id % 2 WHEN 0 THEN 'the parcel is late ' ELSE 'great shoes ' END || id AS comment,
       CASE WHEN id <= 100 THEN CASE id % 2 WHEN 0 THEN 'delivery' ELSE 'praise' END END AS topic FROM generate_series(1, 200) AS id;

SELECT crm.create_workspace('compared', 'bought', comments => 'said', options => '{"time_zone": "Asia/Bangkok"}');
SELECT crm.create_workspace('triggered', 'bought', comments => 'said', options => '{"time_zone": "Asia/Bangkok", "follow": "trigger"}');
SELECT crm.create_workspace('watched', 'bought', comments => 'said', options => '{"time_zone": "Asia/Bangkok", "follow": "watermark changed_at"}');
SELECT * FROM crm.check_workspace('compared');
CALL crm.refresh('compared', '2025-06-01');
SELECT * FROM crm.check_workspace('compared', NULL);

-- Four nights of whatever may happen to orders and comments.
CREATE PROCEDURE happen(night int) LANGUAGE sql AS $$
    INSERT INTO bought SELECT (random_order(id, night)).* FROM generate_series(10000 * night, 10000 * night + 60) AS id;
    UPDATE bought SET amount = amount + 1.1, changed_at = night WHERE id % 41 = night;
    UPDATE bought SET customer = 'C' || (id % 170), changed_at = night WHERE id % 97 = night;
    DELETE FROM bought WHERE id % 53 = night;
    INSERT INTO said SELECT 1000 * night + n, 'C' || n * 3, date '2025-06-01' + night, 'what a lamp ' || n, NULL FROM generate_series(1, 5) AS n;
    DELETE FROM said WHERE id % 37 = night;
$$;
CREATE TABLE verdict (workspace text, night int, "check" text, ok boolean, example text);
CALL happen(1);
CALL crm.refresh('compared', '2025-06-02');
CALL crm.refresh('triggered', '2025-06-02');
CALL crm.refresh('watched', '2025-06-02');
INSERT INTO verdict SELECT w, 1, c.check, c.ok, c.example FROM unnest('{compared,triggered,watched}'::name[]) AS w, crm.check_workspace(w) AS c;
CALL happen(2);
CALL crm.refresh('compared', '2025-06-03');
CALL crm.refresh('triggered', '2025-06-03');
CALL crm.refresh('watched', '2025-06-03');
INSERT INTO verdict SELECT w, 2, c.check, c.ok, c.example FROM unnest('{compared,triggered,watched}'::name[]) AS w, crm.check_workspace(w) AS c;
CALL happen(3);
-- Weeks pass, models are fitted anew.
CALL crm.refresh('compared', '2025-07-20');
CALL crm.refresh('triggered', '2025-07-20');
CALL crm.refresh('watched', '2025-07-20');
INSERT INTO verdict SELECT w, 3, c.check, c.ok, c.example FROM unnest('{compared,triggered,watched}'::name[]) AS w, crm.check_workspace(w) AS c;
CALL happen(4);
-- Back in time.
CALL crm.refresh('compared', '2025-05-05');
CALL crm.refresh('triggered', '2025-05-05');
CALL crm.refresh('watched', '2025-05-05');
INSERT INTO verdict SELECT w, 4, c.check, c.ok, c.example FROM unnest('{compared,triggered,watched}'::name[]) AS w, crm.check_workspace(w) AS c;
SELECT workspace, count(*) AS checks, count(*) FILTER (WHERE ok) AS passed FROM verdict GROUP BY workspace ORDER BY workspace;
SELECT * FROM verdict WHERE NOT ok ORDER BY workspace, night, "check";

-- Each check fails when there is reason to.
CREATE FUNCTION failed(damage text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    BEGIN
        EXECUTE damage;
        SELECT string_agg(format('%s (%s)', c.check, c.differences), ', ' ORDER BY c.check) INTO found FROM crm.check_workspace('compared') AS c WHERE NOT c.ok;
        RAISE EXCEPTION USING MESSAGE = coalesce(found, ''), ERRCODE = 'ZZ000';
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN NULL;
    END;
    RETURN found;
END $$;
SELECT failed('INSERT INTO bought VALUES (-1, ''C1'', ''2025-02-02'', 1, 0)');
SELECT failed('UPDATE compared.customer_timeline SET history = NULL WHERE customer = ''C1''');
SELECT failed('UPDATE compared.customer_fact SET orders = orders + 1 WHERE customer = ''C2''');
SELECT failed('UPDATE compared.customer_fact SET frequency = frequency + 5 WHERE customer = ''C2''');
SELECT failed('UPDATE compared.history_stage SET segment = ''Lost'' WHERE frequency = 3 AND ended IS NULL');
SELECT failed('UPDATE compared.history SET customers = customers + 1 WHERE ctid = (SELECT min(ctid) FROM compared.history)');
SELECT failed('UPDATE compared.stage_total_of_run SET customers = customers + 1 WHERE ctid = (SELECT min(ctid) FROM compared.stage_total_of_run)');
SELECT failed('UPDATE compared.stage_total_of_run SET p_alive = p_alive * 1.000001');
SELECT failed('UPDATE compared.concentration_of_run SET revenue = revenue * 1.01 WHERE decile = 1');
SELECT failed('DELETE FROM compared.cohort_of_run WHERE age = 1');
SELECT failed('UPDATE compared.equity_of_run SET grown = grown + 0.01 WHERE run = 2');
SELECT failed('UPDATE compared.summary_of_run SET revenue = revenue + 1');
SELECT failed('UPDATE compared.comment_label SET topic = ''nothing'' WHERE topic = ''praise''');
SELECT failed('DELETE FROM said WHERE id = 8');
SELECT failed('SELECT 1');
-- A step that was left out is not checked: what it shows is of an earlier day.
CALL crm.refresh('compared', '2025-05-20', '{"steps": []}');
SELECT "check", ok FROM crm.check_workspace('compared');
SHOW search_path;
SELECT crm.drop_workspace('compared'), crm.drop_workspace('triggered'), crm.drop_workspace('watched');
DROP SCHEMA workspace_check CASCADE;

-- What customers write about, kept up to date by crm.refresh.
SET client_min_messages = warning;
SET datestyle = 'ISO';
CREATE SCHEMA workspace_topics;
SET search_path = workspace_topics, public;
CREATE TABLE bought AS
SELECT c AS customer, date '2026-01-01' + c * 13 % 90 + n * (11 + c % 17) AS ordered_at, 20 + c % 9 AS amount
FROM generate_series(1, 60) AS c, generate_series(0, 4) AS n WHERE n <= c % 5;
CREATE TABLE said (id int, customer int, at timestamptz, comment text, topic text);
CREATE FUNCTION made_up(id int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE id % 3 WHEN 0 THEN (ARRAY['my parcel', 'the courier', 'your driver', 'the delivery'])[1 + id / 3 % 4] || ' ' ||
                                   (ARRAY['came late', 'never came', 'went to the wrong address', 'took two weeks', 'is lost'])[1 + id / 7 % 5]
                       WHEN 1 THEN (ARRAY['my card', 'the payment', 'your invoice', 'the fee'])[1 + id / 3 % 4] || ' ' ||
                                   (ARRAY['was charged twice', 'was declined', 'is wrong', 'is too high', 'is pending'])[1 + id / 7 % 5]
                       ELSE (ARRAY['great shop', 'best service', 'perfect shoes', 'friendly people'])[1 + id / 3 % 4] || ', ' ||
                            (ARRAY['thank you', 'as always', 'will order again', 'five stars', 'just great'])[1 + id / 7 % 5] END || ' ' || id $$;
INSERT INTO said
SELECT id, 1 + id * 11 % 70, timestamptz '2026-01-05 12:00+00' + id * interval '8 hours', made_up(id),
       CASE WHEN id <= 240 THEN (ARRAY['delivery', 'payment', 'praise'])[1 + id % 3] END
FROM generate_series(1, 500) AS id;

SELECT crm.create_workspace('talk', 'bought', comments => 'said', options => '{"time_zone": "UTC"}');
CALL crm.refresh('talk', '2026-05-31');
SELECT step, rows, message FROM talk.run_step WHERE step = 'topics';
SELECT as_of, topic, comments, round(comments_share::numeric, 3) AS share, customers, recent_comments AS recent, earlier_comments AS earlier, keywords, example
FROM talk.comment_topic ORDER BY topic;
SELECT topic, period, comments, round(share::numeric, 3) AS share FROM talk.topic_trend WHERE period >= '2026-04-01' ORDER BY topic, period;
SELECT sum(comments) = (SELECT sum(comments) FROM talk.comment_topic) AS all_of_them, min(per_month) > 0.999999 AS whole FROM talk.topic_trend,
       LATERAL (SELECT sum(share) AS per_month FROM talk.topic_trend AS t WHERE t.period = topic_trend.period) AS months;
SELECT name, kind, kept, measure, round(quality::numeric, 3) AS quality, last_quality, observations FROM talk.model WHERE name = 'topics';
-- In view customer, and only of customers.
SELECT customer, comments, last_comment_at, last_comment_topic FROM talk.customer WHERE customer IN (7, 8, 60) ORDER BY customer;
SELECT count(*) AS customers FROM talk.customer;

-- The next day: only what is new is classified; who changes a text has written a new one. Rows that say nothing are skipped.
INSERT INTO said VALUES (501, 7, '2026-06-01 08:00+00', 'the courier never came', NULL), (502, 8, '2026-06-01 23:30+00', 'my card was declined', NULL),
    (503, 8, '2026-06-02 08:00+00', 'later than the day of the run', NULL), (504, 8, NULL, 'when?', NULL), (505, 8, '2026-06-01', NULL, NULL),
    (506, NULL, '2026-06-01', 'the payment is wrong', NULL);
UPDATE said SET comment = 'my card was charged twice and mail@example.com does not answer' WHERE id = 499;
CALL crm.refresh('talk', '2026-06-01');
SELECT rows, message FROM talk.run_step WHERE step = 'topics' AND run = 2;
SELECT customer, comments, last_comment_at, last_comment_topic FROM talk.customer WHERE customer IN (7, 8) ORDER BY customer;
SELECT topic, comments FROM talk.comment_topic ORDER BY topic;
SELECT * FROM crm.check_workspace('talk') WHERE "check" LIKE 'comments%';
-- What is kept is no text, but its digest.
SELECT count(*) FROM talk.comment_label WHERE comment_digest = sha256('my card was declined');

-- A label that a person gives counts at once, and the model is learned anew.
UPDATE said SET topic = 'service' WHERE id % 12 = 2 AND id <= 400;
CALL crm.refresh('talk', '2026-06-01');
SELECT message FROM talk.run_step WHERE step = 'topics' AND run = 3;
SELECT topic, comments FROM talk.comment_topic ORDER BY topic;
-- One that is worse than the last, on comments that neither has seen, is rejected; the last one goes on.
CREATE TABLE labels AS SELECT id, topic FROM said;
UPDATE said SET topic = (ARRAY['payment', 'praise', 'delivery'])[1 + id * 5 % 3]
WHERE topic IS NOT NULL AND get_byte(sha256(convert_to(comment, 'UTF8')), 0) >= 51;
CALL crm.refresh('talk', '2026-06-01');
SELECT kept, round(quality::numeric, 3) AS quality, round(last_quality::numeric, 3) AS last_quality FROM talk.model WHERE name = 'topics' ORDER BY kept DESC, quality;
SELECT count(*) > 1 AS fitted, count(model) AS kept_for_ever FROM talk.fitted_model WHERE name = 'topics';
SELECT rows, message LIKE '%the new model of topics was rejected%' AS rejected FROM talk.run_step WHERE step = 'topics' AND run = 4;
SELECT severity, kind, subject FROM talk.alert WHERE kind = 'model' AND subject = 'topics';
UPDATE said SET topic = labels.topic FROM labels WHERE labels.id = said.id;

-- Rules go before the model; those that cannot be read are left out.
CREATE TABLE rule AS SELECT * FROM (VALUES ('lost', 'lost | never <-> came'), ('wrong', '((')) AS r (topic, rule);
SELECT crm.add_source('talk', 'topic_rules', 'rule');
CALL crm.refresh('talk', '2026-06-01');
SELECT message FROM talk.run_step WHERE step = 'topics' AND run = 5;
SELECT topic, comments FROM talk.comment_topic ORDER BY topic;
SELECT spoke, count(*) FROM talk.comment_label JOIN talk.topic_basis USING (made_by) GROUP BY spoke ORDER BY spoke;
-- Without labels, rules alone.
UPDATE said SET topic = NULL;
CALL crm.refresh('talk', '2026-06-01');
SELECT topic, comments FROM talk.comment_topic ORDER BY topic;

-- Without both, the words that have come up or gone; there are none, until the app crashes.
DROP VIEW talk.source_topic_rules;
DELETE FROM talk.source WHERE role = 'topic_rules';
CALL crm.refresh('talk', '2026-06-01');
SELECT rows, message FROM talk.run_step WHERE step = 'topics' AND run = 7;
SELECT count(*) FROM talk.comment_topic;
SELECT customer, comments, last_comment_at, last_comment_topic FROM talk.customer WHERE customer = 7;
INSERT INTO said SELECT 1000 + id, id, '2026-06-02', 'the app crashes at login ' || id, NULL FROM generate_series(1, 30) AS id;
CALL crm.refresh('talk', '2026-06-12');
SELECT message FROM talk.run_step WHERE step = 'topics' AND run = 8;
SELECT topic, comments, example FROM talk.comment_topic WHERE topic <> 'other';
SELECT topic, direction, recent, earlier, round(recent_share::numeric, 2) AS recent_share, earlier_share, adjusted_p < 1e-6 AS certain FROM talk.topic_alarm;
SELECT severity, kind, subject, message, next_step FROM talk.alert WHERE kind = 'topic' AND as_of = '2026-06-12';
-- What has been said is not said again.
CALL crm.refresh('talk', '2026-06-13');
SELECT count(*) FROM talk.topic_alarm;
SELECT count(*) FROM talk.alert WHERE kind = 'topic' AND as_of = '2026-06-13';

-- No comments yet, none at all.
CALL crm.refresh('talk', '2026-01-04');
SELECT rows, message FROM talk.run_step WHERE step = 'topics' AND run = 10;
SELECT sum(comments) AS comments, count(last_comment_at) AS dates FROM talk.customer;
TRUNCATE said;
CALL crm.refresh('talk', '2026-06-13');
SELECT rows, message FROM talk.run_step WHERE step = 'topics' AND run = 11;
SELECT count(*) FROM talk.customer_said;
SELECT crm.drop_workspace('talk');

-- Night after night only what has changed is read; of a day, the same as when all is read.
TRUNCATE said;
INSERT INTO said
SELECT id, nullif(1 + id * 11 % 70, 5), timestamptz '2026-01-05 12:00+00' + id % CASE WHEN id <= 120 THEN 40 ELSE 160 END * interval '20 hours',
       made_up(id % 400), CASE WHEN id <= 120 THEN (ARRAY['delivery', 'payment', 'praise'])[1 + id % 400 % 3] END
FROM generate_series(1, 600) AS id;
SELECT crm.create_workspace(w, 'bought', comments => 'said', options => '{"time_zone": "UTC"}') FROM unnest('{kept,whole}'::name[]) AS w;
CREATE TABLE verdict (day date, options text, is_model_new boolean, different bigint, wrong bigint);
CREATE PROCEDURE compare(day date, options jsonb DEFAULT '{}') LANGUAGE plpgsql AS $$
DECLARE
    part text;
    d bigint := 0;
    more bigint;
    model bytea := (SELECT made_by FROM kept.topic_basis JOIN kept.published USING (run));
BEGIN
    CALL crm.refresh('kept', day, options);
    CALL crm.refresh('whole', day, options || '{"full": true}');
    FOREACH part IN ARRAY ARRAY['TABLE %1$s.comment_topic', 'TABLE %1$s.topic_trend', 'TABLE %1$s.topic_alarm',
                                'SELECT customer, comments, last_comment_at, last_comment_topic FROM %1$s.customer',
                                'SELECT customer, day, comment, topic FROM %1$s.customer_said',
                                'SELECT topic, example_probability, example_day, example_digest FROM %1$s.comment_topic_of_run'] LOOP
        EXECUTE format('SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) AS d', format(part, 'kept'), format(part, 'whole'))
            INTO more;
        d := d + more;
    END LOOP;
    INSERT INTO verdict SELECT day, options::text, made_by IS DISTINCT FROM model, d, (SELECT count(*) FROM crm.check_workspace('kept', NULL) WHERE NOT ok)
    FROM kept.topic_basis;
END $$;
CALL compare('2026-05-01');
SELECT count(*) AS readable FROM kept.customer_said;
CALL compare('2026-05-01');
-- New ones; others edited, removed, moved to another customer, or to another day, be it beyond the day of the run.
INSERT INTO said SELECT id, 1 + id * 11 % 70, '2026-05-02 08:00+00', made_up(id), NULL FROM generate_series(601, 620) AS id;
CALL compare('2026-05-02');
UPDATE said SET comment = comment || ' again' WHERE id % 19 = 0 AND topic IS NULL;
DELETE FROM said WHERE id % 23 = 0 AND topic IS NULL;
UPDATE said SET customer = nullif(1 + id * 7 % 70, 6) WHERE id % 29 = 0;
UPDATE said SET at = '2026-05-20' WHERE id % 31 = 0 AND topic IS NULL;
UPDATE said SET at = at - interval '5 days' WHERE id % 37 = 0;
CALL compare('2026-05-03');
UPDATE said SET at = '2026-04-20' WHERE id % 62 = 0 AND topic IS NULL;
-- The same comment, twice and once.
INSERT INTO said SELECT * FROM said WHERE id % 41 = 0 AND topic IS NULL;
CALL compare('2026-05-03');
DELETE FROM said WHERE ctid IN (SELECT max(ctid) FROM said WHERE id % 41 = 0 AND topic IS NULL GROUP BY id);
-- What was the fourth is the third when the last one goes; and another comment is the example.
DELETE FROM said AS gone USING (SELECT customer, max(at) AS at FROM said WHERE at < '2026-05-04' AND topic IS NULL GROUP BY customer) AS last
WHERE gone.customer = last.customer AND gone.at = last.at;
UPDATE said SET at = at - interval '1 day', comment = comment || ' ' WHERE id IN (SELECT id FROM said WHERE topic IS NOT NULL ORDER BY at DESC LIMIT 3);
CALL compare('2026-05-04');
UPDATE said SET at = at - interval '1 day' WHERE id IN (SELECT id FROM said WHERE topic IS NOT NULL ORDER BY at DESC LIMIT 9);
CALL compare('2026-05-05');
-- Back in time and forth.
CALL compare('2026-03-01');
CALL compare('2026-05-25');
UPDATE said SET comment = 'your driver took two weeks' WHERE id % 43 = 0 AND topic IS NULL;
CALL compare('2026-05-25', '{"topic_window_days": 14}');
-- Topics that people give; one of spaces is none.
UPDATE said SET topic = CASE id % 3 WHEN 0 THEN '  ' WHEN 1 THEN 'praise' ELSE 'service' END WHERE id % 10 = 0;
CALL compare('2026-05-25');
CALL compare('2026-05-26', '{"refit": true}');
-- An interrupted run is taken up as of another day, when what it saw has changed again, or with the step left out.
CREATE TABLE topic_before AS TABLE kept.comment_topic;
CREATE TABLE customer_before AS SELECT customer, comments, last_comment_at, last_comment_topic FROM kept.customer;
CREATE TABLE profile_before AS SELECT label, value, note FROM crm.customer_profile('kept', '13') WHERE section = 'comments';
UPDATE kept.setting SET value = '"no list"' WHERE name = 'alert_stages';
UPDATE said SET comment = comment || ' now' WHERE id % 13 = 0 AND nullif(btrim(topic), '') IS NULL OR customer = 13;
CALL crm.refresh('kept', '2026-05-28');
SELECT count(*) > 0 AS unfinished FROM kept.known_comment WHERE run > (SELECT run FROM kept.published);
SELECT count(*) AS seen FROM (TABLE kept.comment_topic EXCEPT TABLE topic_before) AS d;
SELECT count(*) AS seen FROM (SELECT customer, comments, last_comment_at, last_comment_topic FROM kept.customer EXCEPT TABLE customer_before) AS d;
SELECT count(*) AS seen FROM (SELECT label, value, note FROM crm.customer_profile('kept', '13') WHERE section = 'comments' EXCEPT TABLE profile_before) AS d;
UPDATE said SET comment = left(comment, -4) WHERE comment LIKE '% now' AND id % 26 = 0;
UPDATE kept.setting SET value = '["at risk", "lapsed"]' WHERE name = 'alert_stages';
CALL compare('2026-05-27');
UPDATE kept.setting SET value = '"no list"' WHERE name = 'alert_stages';
UPDATE said SET comment = comment || ' at last', at = '2026-05-27' WHERE id % 17 = 0 AND nullif(btrim(topic), '') IS NULL;
CALL crm.refresh('kept', '2026-05-28');
UPDATE kept.setting SET value = '["at risk", "lapsed"]' WHERE name = 'alert_stages';
CALL compare('2026-05-28', '{"steps": []}');
CALL compare('2026-05-29');
TABLE verdict;
-- Texts that are not there any more are not kept.
SELECT count(*) AS gone FROM kept.customer_said WHERE NOT EXISTS (SELECT FROM said WHERE left(said.comment, 1000) = customer_said.comment);
-- The check fails when there is reason to.
BEGIN;
UPDATE kept.customer_comment SET last_comment_topic = 'nothing' WHERE customer = 7 AND superseded IS NULL;
SELECT "check", differences FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;
BEGIN;
UPDATE kept.comment_day SET comments[1] = comments[1] + 1 WHERE superseded IS NULL AND day = (SELECT min(day) FROM kept.comment_day);
SELECT "check", differences, example FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;
BEGIN;
DELETE FROM kept.customer_said WHERE customer = 7;
SELECT "check", differences FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;
-- Where comments are many, a few labels more are learned when the model is old; those of a new topic at once.
INSERT INTO said SELECT 10000 + id, 1 + id % 30, timestamptz '2026-02-01 08:00+00' + id % 50 * interval '1 day', made_up(id % 300), NULL FROM generate_series(1, 50000) AS id;
CALL crm.refresh('kept', '2026-05-30', '{"refit": true}');
UPDATE said SET topic = (ARRAY['delivery', 'payment', 'praise'])[1 + id % 300 % 3] WHERE id IN (10002, 10004);
CALL crm.refresh('kept', '2026-05-31');
UPDATE said SET topic = 'returns' WHERE id = 10006;
CALL crm.refresh('kept', '2026-06-01');
UPDATE said SET topic = 'praise' WHERE id = 10008;
CALL crm.refresh('kept', '2026-06-07');
CALL crm.refresh('kept', '2026-06-08');
SELECT run.as_of, step.message LIKE '%model of topics%' AS was_learned FROM kept.run JOIN kept.run_step AS step USING (run)
WHERE step.step = 'topics' AND run.as_of >= '2026-05-30' ORDER BY run;
-- Without the source, nothing is kept of it.
SELECT crm.drop_source('kept', 'comments');
SELECT (SELECT count(*) FROM kept.customer_said) AS said, (SELECT count(*) FROM kept.known_comment) AS known, (SELECT sum(comments) FROM kept.customer) AS comments;
CALL crm.refresh('kept', '2026-05-29');
DELETE FROM said WHERE id > 10000;
SELECT crm.add_source('kept', 'comments', 'said');
CALL crm.refresh('kept', '2026-05-29');
SELECT count(*) AS wrong FROM crm.check_workspace('kept') WHERE NOT ok;
SELECT crm.drop_workspace('kept'), crm.drop_workspace('whole');
DROP SCHEMA workspace_topics CASCADE;

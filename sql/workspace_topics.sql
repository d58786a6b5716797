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
DROP SCHEMA workspace_topics CASCADE;

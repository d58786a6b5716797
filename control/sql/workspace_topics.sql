-- Step topics: what comments are about. A text is classified once, and again only when rules or model have changed.

INSERT INTO crm.workspace_step (name, position, role, makes, customer_join, meaning)
VALUES ('topics', 90, 'comments', '{comment_topic_of_run,topic_trend_of_run,topic_alarm_of_run,customer_comment,topic_basis}',
        'LEFT JOIN customer_comment AS talked ON talked.run = published.run AND talked.customer = fact.customer',
        'gives comments their topics by rules, by a model of those that people have labelled, or by the words that have come up, and follows topics through time');

INSERT INTO crm.workspace_column VALUES
    ('topics', 610, 'comments', 'coalesce(talked.comments, 0)', 'Comments.'),
    ('topics', 620, 'last_comment_at', 'talked.last_comment_at', 'Day of the last comment.'),
    ('topics', 630, 'last_comment_topic', 'talked.last_comment_topic', 'Topic of the last comment.');

CREATE FUNCTION crm.set_up_topics(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO setting VALUES
        ('topic_window_days', '28', 'days that are recent for topics, and that are compared with the eight spans of equal length before'),
        ('topic_least_labels', '20', 'comments with a topic given by people that a model needs, of two topics at least'),
        ('topic_most_labels', '50000', 'labelled comments to learn from; of more, a sample'),
        ('topic_alarm_p', '0.01', 'a topic is said to have changed when chance alone would say so of less than this share of topics'),
        ('topic_alarm_ratio', '1.25', 'and when its share of the comments has grown, or shrunk, to so many times what it was')
    ON CONFLICT (name) DO NOTHING;

    CREATE TABLE IF NOT EXISTS topic_basis (
        run bigint PRIMARY KEY, rules crm.model, classifier crm.model, judged crm.model, rules_are_words boolean NOT NULL, labels text,
        fitted_run bigint, fitted_as_of date, made_by bytea);
    COMMENT ON TABLE topic_basis IS 'What the topics of a run stand on: rules and classifier.';
    COMMENT ON COLUMN topic_basis.judged IS 'The classifier without the fifth of the labelled comments that it was judged on.';
    COMMENT ON COLUMN topic_basis.rules_are_words IS 'Whether rules are the words that had come up, for want of topics that people gave.';
    COMMENT ON COLUMN topic_basis.labels IS 'Fingerprint of the labelled comments when a classifier was last tried.';
    COMMENT ON COLUMN topic_basis.made_by IS 'Fingerprint of rules and classifier.';

    CREATE TABLE IF NOT EXISTS comment_label (
        comment_digest bytea, made_by bytea, topic text NOT NULL, probability float8, spoke text NOT NULL, PRIMARY KEY (comment_digest, made_by));
    COMMENT ON TABLE comment_label IS 'The topic of each distinct text, which is known by its SHA-256 digest only.';
    COMMENT ON COLUMN comment_label.spoke IS 'rule, model, or other: neither.';

    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_comment (
        run bigint, customer %s, comments bigint NOT NULL, last_comment_at date NOT NULL, last_comment_topic text, PRIMARY KEY (run, customer))',
        customer_type);
    COMMENT ON TABLE customer_comment IS 'What each customer who wrote has written.';

    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_said (
        customer %s, day date, comment_digest bytea, comment text NOT NULL, topic text, PRIMARY KEY (customer, day, comment_digest))', customer_type);
    COMMENT ON TABLE customer_said IS 'The last three comments of each customer, 1000 characters at most, where they are found quickly.';
    COMMENT ON COLUMN customer_said.topic IS 'What a person said that it is about.';

    CREATE TABLE IF NOT EXISTS comment_topic_of_run (
        run bigint, topic text, comments bigint NOT NULL, comments_share float8 NOT NULL, customers bigint NOT NULL,
        recent_comments bigint NOT NULL, earlier_comments bigint NOT NULL, keywords text, example text, PRIMARY KEY (run, topic));
    COMMENT ON TABLE comment_topic_of_run IS 'What view comment_topic shows.';
    CREATE OR REPLACE VIEW comment_topic AS
    SELECT published.as_of, topic.topic, topic.comments, topic.comments_share, topic.customers, topic.recent_comments, topic.earlier_comments,
           topic.keywords, topic.example
    FROM published JOIN comment_topic_of_run AS topic USING (run);
    COMMENT ON VIEW comment_topic IS 'What comments are about.';
    COMMENT ON COLUMN comment_topic.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN comment_topic.topic IS 'Topic; other: of none that is known.';
    COMMENT ON COLUMN comment_topic.comments IS 'Comments on it until that day.';
    COMMENT ON COLUMN comment_topic.comments_share IS 'Share of all comments (0 to 1).';
    COMMENT ON COLUMN comment_topic.customers IS 'Customers who wrote them.';
    COMMENT ON COLUMN comment_topic.recent_comments IS 'Comments of the last topic_window_days days.';
    COMMENT ON COLUMN comment_topic.earlier_comments IS 'Comments of as many days before.';
    COMMENT ON COLUMN comment_topic.keywords IS 'Words that these comments have and others have not.';
    COMMENT ON COLUMN comment_topic.example IS 'A comment that is typical, without what identifies a person.';

    CREATE TABLE IF NOT EXISTS topic_trend_of_run (
        run bigint, topic text, period date, comments bigint NOT NULL, share float8 NOT NULL, PRIMARY KEY (run, topic, period));
    COMMENT ON TABLE topic_trend_of_run IS 'What view topic_trend shows.';
    CREATE OR REPLACE VIEW topic_trend AS
    SELECT published.as_of, trend.topic, trend.period, trend.comments, trend.share FROM published JOIN topic_trend_of_run AS trend USING (run);
    COMMENT ON VIEW topic_trend IS 'Topics month by month.';
    COMMENT ON COLUMN topic_trend.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN topic_trend.topic IS 'Topic.';
    COMMENT ON COLUMN topic_trend.period IS 'First day of the month.';
    COMMENT ON COLUMN topic_trend.comments IS 'Comments on the topic in the month.';
    COMMENT ON COLUMN topic_trend.share IS 'Share of all comments of the month (0 to 1).';

    CREATE TABLE IF NOT EXISTS topic_alarm_of_run (
        run bigint, topic text, direction text NOT NULL, recent bigint NOT NULL, earlier bigint NOT NULL, recent_share float8 NOT NULL,
        earlier_share float8 NOT NULL, adjusted_p float8 NOT NULL, PRIMARY KEY (run, topic));
    COMMENT ON TABLE topic_alarm_of_run IS 'What view topic_alarm shows.';
    CREATE OR REPLACE VIEW topic_alarm AS
    SELECT published.as_of, alarm.topic, alarm.direction, alarm.recent, alarm.earlier, alarm.recent_share, alarm.earlier_share, alarm.adjusted_p
    FROM published JOIN topic_alarm_of_run AS alarm USING (run);
    COMMENT ON VIEW topic_alarm IS 'Topics that have changed beyond chance.';
    COMMENT ON COLUMN topic_alarm.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN topic_alarm.topic IS 'Topic.';
    COMMENT ON COLUMN topic_alarm.direction IS 'up or down.';
    COMMENT ON COLUMN topic_alarm.recent IS 'Comments on it in the last topic_window_days days.';
    COMMENT ON COLUMN topic_alarm.earlier IS 'Comments on it in the eight spans of equal length before.';
    COMMENT ON COLUMN topic_alarm.recent_share IS 'Share of the recent comments (0 to 1).';
    COMMENT ON COLUMN topic_alarm.earlier_share IS 'Share of the earlier comments (0 to 1).';
    COMMENT ON COLUMN topic_alarm.adjusted_p IS 'Of topics up to this value, so large a share at most changed by chance.';
END $$;
COMMENT ON FUNCTION crm.set_up_topics(regtype) IS 'Tables and views of step topics.';

CREATE FUNCTION crm.comment_digest(comment text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- SQL_ASCII: the bytes as they are.
    RETURN pg_catalog.sha256(pg_catalog.convert_to(comment, 'SQL_ASCII'));
COMMENT ON FUNCTION crm.comment_digest(text) IS 'By what a workspace knows a comment again: its SHA-256 digest.';

CREATE FUNCTION crm.read_topic_rules(OUT rules crm.model, OUT message text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    IF to_regclass('source_topic_rules') IS NULL THEN RETURN; END IF;
    SELECT crm.fit_text_rules(topic, rule) FILTER (WHERE wrong IS NULL),
           'rules that cannot be read were left out: ' || nullif(count(wrong), 0) || ', such as: ' || min(wrong)
    INTO rules, message FROM (SELECT topic, rule, crm.rule_error(rule) AS wrong FROM source_topic_rules OFFSET 0) AS read;
END $$;
COMMENT ON FUNCTION crm.read_topic_rules() IS 'Support of crm.refresh: the rules that can be read, as a model, and what is to be said of the others.';

-- Where people have named no topics, the words that have come up or gone are what comments are about.
CREATE FUNCTION crm.words_as_rules(as_of date, days int, p float8) RETURNS crm.model
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN (SELECT crm.fit_text_rules(word.keyword, word.rule, word.place::int)
            FROM (SELECT t.keyword, '"' || t.keyword || '"' AS rule, t.place
                  FROM (SELECT crm.trending(said.day, left(said.comment, 4000), as_of, make_interval(days => days), '{"top": 12}') AS found
                        FROM comment_read AS said WHERE said.day > as_of - 9 * days) AS trends,
                       unnest(trends.found) WITH ORDINALITY
                           AS t (keyword, direction, recent, earlier, recent_share, earlier_share, ratio, lower, upper, dispersion, p_value, adjusted_p, place)
                  -- What every tenth comment says all the time is no topic.
                  WHERE t.adjusted_p <= p AND least(t.recent_share, t.earlier_share) < 0.1) AS word
            WHERE crm.rule_error(word.rule) IS NULL);
EXCEPTION WHEN program_limit_exceeded OR out_of_memory THEN
    RETURN NULL;
END $$;
COMMENT ON FUNCTION crm.words_as_rules(date, int, float8) IS
    'Support of crm.refresh: a rule for each word or phrase that comments have more, or less, than before.';

-- The texts of one fifth, by their digests, are never taught to a model that is judged: so the models of two runs can be
-- judged on comments that neither has seen.
CREATE FUNCTION crm.gather_labelled_comments(at_least int, at_most int, OUT comments bigint, OUT fingerprint text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    topics bigint;
BEGIN
    CREATE TEMPORARY TABLE labelled_comment ON COMMIT DROP AS
    SELECT said.topic, said.comment, get_byte(said.digest, 0) < 51 AS held_out, said.digest
    FROM comment_read AS said WHERE said.topic IS NOT NULL ORDER BY said.digest, said.topic LIMIT at_most;
    SELECT count(*), count(DISTINCT topic), sum(hashtextextended(encode(digest, 'hex') || topic, 0)::numeric)::text
    INTO comments, topics, fingerprint FROM labelled_comment;
    IF comments < at_least OR topics < 2 THEN fingerprint := NULL; END IF;
END $$;
COMMENT ON FUNCTION crm.gather_labelled_comments(int, int) IS
    'Support of crm.refresh: makes the temporary table labelled_comment; a fingerprint of what is in it, NULL when it is too little to learn from.';

CREATE FUNCTION crm.fit_topics(
    this_run bigint, as_of date, last_judged crm.model, margin float8,
    OUT classifier crm.model, OUT judged crm.model, OUT kept boolean, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    found record;
    info record;
BEGIN
    SELECT crm.fit_text_classifier(topic, comment), crm.fit_text_classifier(topic, comment) FILTER (WHERE NOT held_out)
    INTO classifier, judged FROM labelled_comment;
    SELECT count(*) AS comments, avg(now_right::int)::float8 AS quality, avg(last_right::int)::float8 AS last_quality,
           count(*) FILTER (WHERE now_right AND NOT last_right) AS better, count(*) FILTER (WHERE last_right AND NOT now_right) AS worse
    INTO found
    FROM (SELECT coalesce(now_said.label = taught.topic, false) AS now_right,
                 CASE WHEN last_judged IS NOT NULL THEN coalesce(last_said.label = taught.topic, false) END AS last_right
          FROM labelled_comment AS taught
          LEFT JOIN LATERAL crm.classify(judged, taught.comment) AS now_said ON true
          LEFT JOIN LATERAL crm.classify(last_judged, taught.comment) AS last_said ON true
          WHERE taught.held_out) AS asked;
    -- Of a few comments one more or less is chance.
    SELECT * INTO info FROM crm.fit_info(classifier);
    kept := info.converged
            AND NOT coalesce(found.quality < found.last_quality * (1 - margin) AND found.worse - found.better > 2 * sqrt(found.worse + found.better), false);
    -- Without the model: it is megabytes, and may be fitted every night.
    INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, measure, quality, last_quality, observations, message)
    VALUES (this_run, 'topics', info.kind, true, fit_topics.kept, fit_topics.as_of, 'accuracy on labelled comments held out',
            found.quality, found.last_quality, info.observations, info.message);
    message := CASE
        WHEN kept THEN format('a model of topics was fitted, which is right in %s %% of %s labelled comments held out',
                              coalesce(round(100 * found.quality::numeric, 1)::text, '?'), found.comments)
        WHEN NOT info.converged THEN 'no model of topics could be learned: ' || info.message
        ELSE format('the new model of topics was rejected: it is right in %s %% of %s labelled comments held out, the last one in %s %%',
                    round(100 * found.quality::numeric, 1), found.comments, round(100 * found.last_quality::numeric, 1)) END;
END $$;
COMMENT ON FUNCTION crm.fit_topics(bigint, date, crm.model, float8) IS
    'Support of crm.refresh: learns topics from labelled_comment and says whether the model is to be used. It is rejected when it is worse than the last one by more than the margin and by more than chance (two standard errors of the difference) on comments that neither has seen.';

CREATE FUNCTION crm.label_comments(rules crm.model, classifier crm.model, made_by bytea) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    labelled bigint;
BEGIN
    CREATE TEMPORARY TABLE new_text ON COMMIT DROP AS
    SELECT DISTINCT ON (said.digest) said.digest, said.comment
    FROM comment_read AS said
    WHERE NOT EXISTS (SELECT FROM comment_label AS known WHERE known.comment_digest = said.digest AND known.made_by = label_comments.made_by);
    IF classifier IS NULL THEN
        INSERT INTO comment_label
        SELECT said.digest, label_comments.made_by, coalesce(found.topic, 'other'), CASE WHEN found.topic IS NOT NULL THEN 1 END,
               CASE WHEN found.topic IS NULL THEN 'other' ELSE 'rule' END
        FROM new_text AS said CROSS JOIN LATERAL crm.first_rule(rules, said.comment) AS found;
    ELSIF rules IS NULL THEN
        INSERT INTO comment_label
        SELECT said.digest, label_comments.made_by, CASE WHEN found.is_other THEN 'other' ELSE found.label END, found.probability,
               CASE WHEN found.is_other THEN 'other' ELSE 'model' END
        FROM new_text AS said CROSS JOIN LATERAL crm.classify(classifier, said.comment) AS found;
    ELSE
        INSERT INTO comment_label
        SELECT said.digest, label_comments.made_by, CASE WHEN found.is_other THEN 'other' ELSE found.label END, found.probability, found.spoke
        FROM new_text AS said CROSS JOIN LATERAL crm.classify(rules, classifier, said.comment) AS found;
    END IF;
    GET DIAGNOSTICS labelled = ROW_COUNT;
    DROP TABLE new_text;
    RETURN labelled;
END $$;
COMMENT ON FUNCTION crm.label_comments(crm.model, crm.model, bytea) IS
    'Support of crm.refresh: gives texts that are new to these rules and this model their topics; how many.';

CREATE FUNCTION crm.keywords_of_topics() RETURNS TABLE (topic text, keywords text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY
    SELECT word.label, string_agg(word.keyword, ', ' ORDER BY word."position")
    FROM (SELECT crm.keywords(said.topic, left(said.comment, 2000), '{"top": 6}') AS found
          FROM (SELECT * FROM topic_read WHERE topic_read.topic IS NOT NULL ORDER BY day DESC, digest LIMIT 20000) AS said) AS words,
         unnest(words.found) AS word
    GROUP BY word.label;
EXCEPTION WHEN program_limit_exceeded OR out_of_memory THEN
    RETURN;  -- topics do without
END $$;
COMMENT ON FUNCTION crm.keywords_of_topics() IS 'Support of crm.refresh: words of each topic, from the latest 20000 comments.';

CREATE FUNCTION crm.report_topics(this_run bigint, as_of date, days int, p float8, ratio float8) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO customer_comment
    SELECT DISTINCT ON (said.customer) this_run, said.customer, count(*) OVER (PARTITION BY said.customer), said.day, said.topic
    FROM topic_read AS said WHERE said.customer IS NOT NULL ORDER BY said.customer, said.day DESC, said.digest;

    CREATE TEMPORARY TABLE fresh_said ON COMMIT DROP AS
    SELECT said.customer, said.day, said.digest, left(said.comment, 1000) AS comment, said.given
    FROM (SELECT DISTINCT ON (customer, day, digest) customer, day, digest, comment, given,
                 dense_rank() OVER (PARTITION BY customer ORDER BY day DESC, digest) AS place
          FROM topic_read WHERE customer IS NOT NULL ORDER BY customer, day, digest, given) AS said
    WHERE said.place <= 3;
    DELETE FROM customer_said AS old WHERE NOT EXISTS (
        SELECT FROM fresh_said AS fresh WHERE fresh.customer = old.customer AND fresh.day = old.day AND fresh.digest = old.comment_digest
            AND fresh.given IS NOT DISTINCT FROM old.topic);
    INSERT INTO customer_said SELECT customer, day, digest, comment, given FROM fresh_said ON CONFLICT DO NOTHING;
    DROP TABLE fresh_said;

    INSERT INTO comment_topic_of_run
    SELECT this_run, about.topic, about.comments, about.comments / (sum(about.comments) OVER ())::float8, about.customers,
           about.recent_comments, about.earlier_comments, words.keywords, (crm.redact(example.comment)).redacted
    FROM (SELECT topic, count(*) AS comments, count(DISTINCT customer) AS customers,
                 count(*) FILTER (WHERE day > report_topics.as_of - days) AS recent_comments,
                 count(*) FILTER (WHERE day > report_topics.as_of - 2 * days AND day <= report_topics.as_of - days) AS earlier_comments
          FROM topic_read WHERE topic IS NOT NULL GROUP BY topic) AS about
    LEFT JOIN crm.keywords_of_topics() AS words ON words.topic = about.topic
    LEFT JOIN (SELECT DISTINCT ON (topic) topic, left(comment, 300) AS comment
               FROM topic_read WHERE topic IS NOT NULL ORDER BY topic, probability DESC NULLS LAST, day DESC, digest) AS example
        ON example.topic = about.topic;

    INSERT INTO topic_trend_of_run
    SELECT this_run, about.topic, month.period, count(said.day), (count(said.day) / month.comments::float8)
    FROM (SELECT DISTINCT topic FROM topic_read WHERE topic IS NOT NULL) AS about
    CROSS JOIN (SELECT date_trunc('month', day)::date AS period, count(*) AS comments FROM topic_read WHERE topic IS NOT NULL GROUP BY 1) AS month
    LEFT JOIN topic_read AS said ON said.topic = about.topic AND date_trunc('month', said.day)::date = month.period
    GROUP BY about.topic, month.period, month.comments;

    INSERT INTO topic_alarm_of_run
    SELECT this_run, alarm.keyword, alarm.direction, alarm.recent, alarm.earlier, alarm.recent_share, alarm.earlier_share, alarm.adjusted_p
    FROM (SELECT crm.trending_topics(day, topic, report_topics.as_of, make_interval(days => days)) AS found FROM topic_read) AS trends,
         unnest(trends.found) AS alarm
    -- Of very many comments the smallest change is beyond chance.
    WHERE alarm.adjusted_p <= p AND NOT (alarm.ratio > 1 / report_topics.ratio AND alarm.ratio < report_topics.ratio) AND alarm.keyword <> 'other';
END $$;
COMMENT ON FUNCTION crm.report_topics(bigint, date, int, float8, float8) IS 'Support of crm.refresh: what the comments say, by customer, topic and month.';

CREATE FUNCTION crm.refresh_topics(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT int := coalesce((options ->> 'topic_window_days')::int, 28);
    p CONSTANT float8 := coalesce((options ->> 'topic_alarm_p')::float8, 0.01);
    last record;
    new record;
    rules crm.model;
    classifier crm.model;
    judged crm.model;
    are_words boolean := false;
    labels record;
    fitted_in bigint;
    fitted_on date;
    skipped bigint;
    label_print text;
    print bytea;
BEGIN
    DELETE FROM topic_basis WHERE run = this_run;
    DELETE FROM customer_comment WHERE run = this_run;
    DELETE FROM comment_topic_of_run WHERE run = this_run;
    DELETE FROM topic_trend_of_run WHERE run = this_run;
    DELETE FROM topic_alarm_of_run WHERE run = this_run;
    DELETE FROM fitted_model WHERE run = this_run AND name = 'topics';
    SELECT basis.* INTO last FROM topic_basis AS basis JOIN published USING (run);

    CREATE TEMPORARY TABLE comment_read ON COMMIT DROP AS
    SELECT customer, at::date AS day, comment, nullif(btrim(topic), '') AS topic, crm.comment_digest(comment) AS digest
    FROM source_comments WHERE at::date <= refresh_topics.as_of OR at IS NULL;
    DELETE FROM comment_read WHERE day IS NULL OR comment IS NULL;
    GET DIAGNOSTICS skipped = ROW_COUNT;
    IF skipped > 0 THEN message := skipped || ' comments without a day or a text were skipped'; END IF;
    ANALYZE comment_read;

    SELECT read.rules, nullif(concat_ws('; ', refresh_topics.message, read.message), '') INTO rules, message FROM crm.read_topic_rules() AS read;
    SELECT * INTO labels FROM crm.gather_labelled_comments(coalesce((options ->> 'topic_least_labels')::int, 20),
                                                           coalesce((options ->> 'topic_most_labels')::int, 50000));
    label_print := labels.fingerprint;
    IF label_print IS NULL THEN
        IF labels.comments > 0 THEN
            message := concat_ws('; ', message, format('%s comments with a topic are too few, or of one topic only, to learn from', labels.comments));
        END IF;
    ELSIF last.labels IS NOT NULL AND NOT coalesce((options ->> 'refit')::boolean, false)
          -- A few labels are learned at once, many not every night.
          AND (last.labels = label_print
               OR labels.comments > 10000 AND as_of - last.fitted_as_of < coalesce((options ->> 'refit_after_days')::int, 7)) THEN
        classifier := last.classifier;
        judged := last.judged;
        fitted_in := last.fitted_run;
        fitted_on := last.fitted_as_of;
        label_print := last.labels;
    ELSE
        SELECT * INTO new FROM crm.fit_topics(this_run, as_of, last.judged, coalesce((options ->> 'reject_margin')::float8, 0.01));
        message := concat_ws('; ', message, new.message);
        IF new.kept THEN
            classifier := new.classifier;
            judged := new.judged;
            fitted_in := this_run;
        ELSE
            classifier := last.classifier;
            judged := last.judged;
            fitted_in := last.fitted_run;
        END IF;
        fitted_on := as_of;
    END IF;
    DROP TABLE labelled_comment;

    IF rules IS NULL AND classifier IS NULL THEN
        are_words := true;
        IF last.rules_are_words AND last.rules IS NOT NULL AND as_of - last.fitted_as_of < coalesce((options ->> 'refit_after_days')::int, 7) THEN
            rules := last.rules;
            fitted_on := last.fitted_as_of;
        ELSE
            rules := crm.words_as_rules(as_of, days, p);
            fitted_on := as_of;
        END IF;
        message := concat_ws('; ', message, CASE
            WHEN NOT EXISTS (SELECT FROM comment_read) THEN 'there are no comments'
            WHEN rules IS NULL THEN 'no comment has a topic, there are no rules, and no word has come up or gone: give some comments a topic'
            ELSE 'no comment has a topic and there are no rules: topics are the words that have come up or gone' END);
    END IF;

    print := sha256(coalesce(crm.model_send(rules), '') || coalesce(crm.model_send(classifier), ''));
    INSERT INTO topic_basis VALUES (this_run, rules, classifier, judged, are_words, label_print, fitted_in, fitted_on, print);
    DELETE FROM comment_label AS old WHERE NOT EXISTS (SELECT FROM topic_basis AS basis WHERE basis.made_by = old.made_by);
    IF rules IS NULL AND classifier IS NULL THEN
        rows := 0;
    ELSE
        rows := crm.label_comments(rules, classifier, print);
    END IF;

    CREATE TEMPORARY TABLE topic_read ON COMMIT DROP AS
    SELECT said.customer, said.day, said.comment, said.digest, coalesce(said.topic, given.topic) AS topic, said.topic AS given,
           CASE WHEN said.topic IS NOT NULL THEN 1 ELSE given.probability END AS probability
    FROM comment_read AS said LEFT JOIN comment_label AS given ON given.comment_digest = said.digest AND given.made_by = print;
    ANALYZE topic_read;
    PERFORM crm.report_topics(this_run, as_of, days, p, coalesce((options ->> 'topic_alarm_ratio')::float8, 1.25));
    DROP TABLE comment_read, topic_read;
    IF last.run IS NULL THEN ANALYZE comment_label, customer_comment, customer_said; END IF;
END $$;
COMMENT ON FUNCTION crm.refresh_topics(bigint, date, jsonb) IS 'Step topics.';

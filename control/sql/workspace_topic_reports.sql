-- What comments say, by customer, topic, day and month: anew of the customers, and the days, whose comments have changed.

CREATE FUNCTION crm.gather_comments_of_writers(made_by bytea, everybody boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE writer ON COMMIT DROP AS
    SELECT customer FROM changed_comment WHERE customer IS NOT NULL
    UNION SELECT customer FROM known_comment WHERE everybody AND superseded IS NULL AND customer IS NOT NULL
    UNION SELECT customer FROM customer_comment WHERE everybody AND superseded IS NULL;
    ANALYZE writer;
    CREATE TEMPORARY TABLE writer_comment ON COMMIT DROP AS
    SELECT known.customer, known.day, known.comment_digest AS digest, known.comments, known.topic AS given,
           coalesce(known.topic, label.topic) AS topic
    FROM writer JOIN known_comment AS known ON known.customer = writer.customer AND known.superseded IS NULL
    LEFT JOIN comment_label AS label ON label.made_by = gather_comments_of_writers.made_by AND label.comment_digest = known.comment_digest;
    ANALYZE writer_comment;
END $$;
COMMENT ON FUNCTION crm.gather_comments_of_writers(bytea, boolean) IS
    'Support of crm.refresh: makes the temporary tables writer, of customers whose comments have changed, and writer_comment, of all that they wrote.';

CREATE FUNCTION crm.report_writers(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE changed_writer ON COMMIT DROP AS
    SELECT customer, fresh.comments, fresh.last_at, fresh.last_topic, fresh.topics
    FROM (SELECT customer, sum(said.comments)::bigint AS comments, max(day) AS last_at,
                 (array_agg(topic ORDER BY day DESC, digest, topic))[1] AS last_topic,
                 array_agg(DISTINCT topic) FILTER (WHERE topic IS NOT NULL) AS topics
          FROM writer_comment AS said GROUP BY customer) AS fresh
    FULL JOIN (SELECT customer, known.comments, known.last_comment_at, known.last_comment_topic, known.topics
               FROM writer JOIN customer_comment AS known USING (customer) WHERE known.superseded IS NULL) AS old USING (customer)
    WHERE (fresh.comments, fresh.last_at, fresh.last_topic, fresh.topics)
          IS DISTINCT FROM (old.comments, old.last_comment_at, old.last_comment_topic, old.topics);
    ANALYZE changed_writer;
    UPDATE customer_comment AS old SET superseded = this_run FROM changed_writer AS changed
    WHERE changed.customer = old.customer AND old.superseded IS NULL;
    INSERT INTO customer_comment (customer, run, comments, last_comment_at, last_comment_topic, topics)
    SELECT customer, this_run, comments, last_at, last_topic, topics FROM changed_writer WHERE comments IS NOT NULL ORDER BY customer;
    DROP TABLE changed_writer;
END $$;
COMMENT ON FUNCTION crm.report_writers(bigint) IS 'Support of crm.refresh: brings customer_comment up to date.';

CREATE FUNCTION crm.report_said(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE changed_said ON COMMIT DROP AS
    SELECT customer, day, digest, last.topic, last.is_last IS NOT NULL AS is_last, old.comment
    FROM (SELECT placed.*, true AS is_last
          FROM (SELECT customer, day, digest, min(given) AS topic, row_number() OVER (PARTITION BY customer ORDER BY day DESC, digest) AS place
                FROM writer_comment GROUP BY customer, day, digest) AS placed
          WHERE placed.place <= 3) AS last
    FULL JOIN (SELECT customer, said.day, said.comment_digest AS digest, said.topic, said.comment
               FROM writer JOIN customer_said AS said USING (customer) WHERE said.superseded IS NULL) AS old USING (customer, day, digest)
    WHERE last.is_last IS NULL OR old.comment IS NULL OR last.topic IS DISTINCT FROM old.topic;
    ANALYZE changed_said;
    UPDATE customer_said AS old SET superseded = this_run FROM changed_said AS changed
    WHERE old.customer = changed.customer AND old.day = changed.day AND old.comment_digest = changed.digest AND old.superseded IS NULL;

    CREATE TEMPORARY TABLE said_text ON COMMIT DROP AS
    SELECT DISTINCT ON (fresh.digest) fresh.digest, left(fresh.comment, 1000) AS comment FROM fresh_comment AS fresh
    WHERE fresh.digest IN (SELECT changed.digest FROM changed_said AS changed WHERE changed.is_last);
    ANALYZE said_text;
    -- A comment that was the fourth until a later one went is not at hand.
    IF (SELECT count(*) > 0 FROM changed_said AS changed LEFT JOIN said_text AS at_hand USING (digest)
        WHERE changed.is_last AND changed.comment IS NULL AND at_hand.digest IS NULL) THEN
        INSERT INTO said_text
        SELECT DISTINCT ON (digest) digest, left(source.comment, 1000)
        FROM changed_said AS changed JOIN source_comments AS source ON source.customer = changed.customer AND source.at::date = changed.day
        WHERE changed.is_last AND changed.comment IS NULL AND crm.comment_digest(source.comment) = changed.digest
          AND NOT EXISTS (SELECT FROM said_text AS at_hand WHERE at_hand.digest = changed.digest);
    END IF;
    INSERT INTO customer_said (customer, day, comment_digest, run, comment, topic)
    SELECT changed.customer, changed.day, changed.digest, this_run, coalesce(changed.comment, at_hand.comment), changed.topic
    FROM changed_said AS changed LEFT JOIN said_text AS at_hand USING (digest)
    WHERE changed.is_last AND coalesce(changed.comment, at_hand.comment) IS NOT NULL ORDER BY changed.customer;
    DROP TABLE changed_said, said_text;
END $$;
COMMENT ON FUNCTION crm.report_said(bigint) IS 'Support of crm.refresh: brings customer_said up to date.';

CREATE FUNCTION crm.report_comment_days(this_run bigint, made_by bytea) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE day_comment ON COMMIT DROP AS
    SELECT known.day, known.comment_digest AS digest, known.comments, coalesce(known.topic, label.topic) AS topic,
           CASE WHEN known.topic IS NOT NULL THEN 1 ELSE label.probability END AS probability
    FROM changed_day JOIN known_comment AS known ON known.day = changed_day.day AND known.superseded IS NULL
    LEFT JOIN comment_label AS label ON label.made_by = report_comment_days.made_by AND label.comment_digest = known.comment_digest;

    CREATE TEMPORARY TABLE fresh_day ON COMMIT DROP AS
    SELECT changed_day.day, changed_day.print, counted.topics, counted.comments
    FROM changed_day
    JOIN (SELECT day, array_agg(topic ORDER BY topic) AS topics, array_agg(on_topic.comments ORDER BY topic) AS comments
          FROM (SELECT day, topic, sum(said.comments)::bigint AS comments FROM day_comment AS said GROUP BY day, topic) AS on_topic
          GROUP BY day) AS counted USING (day);
    UPDATE comment_day AS old SET superseded = this_run
    FROM changed_day LEFT JOIN fresh_day AS fresh USING (day)
    WHERE old.day = changed_day.day AND old.superseded IS NULL
      AND (old.print, old.topics, old.comments) IS DISTINCT FROM (fresh.print, fresh.topics, fresh.comments);
    INSERT INTO comment_day (day, run, print, topics, comments)
    SELECT day, this_run, print, topics, comments FROM fresh_day AS fresh
    WHERE NOT EXISTS (SELECT FROM comment_day AS old WHERE old.day = fresh.day AND old.superseded IS NULL);
    DROP TABLE fresh_day;
END $$;
COMMENT ON FUNCTION crm.report_comment_days(bigint, bytea) IS
    'Support of crm.refresh: brings comment_day up to date, and makes the temporary table day_comment of the comments in changed_day.';

-- The example of a topic stays until a better one comes, or it goes: only then all comments on the topic are looked at.
CREATE FUNCTION crm.find_examples(made_by bytea, all_anew boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE last_example ON COMMIT DROP AS
    SELECT old.topic, old.example_probability AS probability, old.example_day AS day, old.example_digest AS digest, old.example
    FROM comment_topic_of_run AS old JOIN published USING (run) WHERE NOT all_anew;
    CREATE TEMPORARY TABLE topic_example ON COMMIT DROP AS
    SELECT DISTINCT ON (topic) topic, probability, day, digest
    FROM (SELECT topic, probability, day, digest FROM day_comment WHERE topic IS NOT NULL
          UNION ALL
          SELECT topic, probability, day, digest FROM last_example AS last WHERE NOT EXISTS (SELECT FROM changed_day WHERE changed_day.day = last.day)) AS best
    ORDER BY topic, probability DESC NULLS LAST, day DESC, digest;
    CREATE TEMPORARY TABLE gone_example ON COMMIT DROP AS
    SELECT topic FROM last_example AS last LEFT JOIN topic_example AS best USING (topic)
    WHERE best.topic IS NULL OR (coalesce(best.probability, -1), best.day) < (coalesce(last.probability, -1), last.day)
       OR (coalesce(best.probability, -1), best.day) = (coalesce(last.probability, -1), last.day) AND best.digest > last.digest;
    IF EXISTS (SELECT FROM gone_example) THEN
        DELETE FROM topic_example WHERE topic IN (SELECT gone.topic FROM gone_example AS gone);
        INSERT INTO topic_example
        SELECT DISTINCT ON (topic) topic, said.probability, said.day, said.digest
        FROM (SELECT coalesce(known.topic, label.topic) AS topic, CASE WHEN known.topic IS NOT NULL THEN 1 ELSE label.probability END AS probability,
                     known.day, known.comment_digest AS digest
              FROM known_comment AS known
              LEFT JOIN comment_label AS label ON label.made_by = find_examples.made_by AND label.comment_digest = known.comment_digest
              WHERE known.superseded IS NULL) AS said JOIN gone_example USING (topic)
        ORDER BY topic, said.probability DESC NULLS LAST, said.day DESC, said.digest;
    END IF;

    ALTER TABLE topic_example ADD COLUMN example text;
    UPDATE topic_example AS best SET example = last.example FROM last_example AS last
    WHERE last.topic = best.topic AND last.digest = best.digest AND last.day = best.day;
    UPDATE topic_example AS best SET example = (crm.redact(left(fresh.comment, 300))).redacted FROM fresh_comment AS fresh
    WHERE best.example IS NULL AND fresh.day = best.day AND fresh.digest = best.digest;
    IF EXISTS (SELECT FROM topic_example AS best WHERE best.example IS NULL) THEN
        UPDATE topic_example AS best SET example = (crm.redact(left(source.comment, 300))).redacted FROM source_comments AS source
        WHERE best.example IS NULL AND source.at::date = best.day AND crm.comment_digest(source.comment) = best.digest;
    END IF;
    DROP TABLE last_example, gone_example;
END $$;
COMMENT ON FUNCTION crm.find_examples(bytea, boolean) IS
    'Support of crm.refresh: makes the temporary table topic_example, of the most probable comment on each topic, of equals the latest.';

CREATE FUNCTION crm.keywords_of_topics(made_by bytea, as_of date) RETURNS TABLE (topic text, keywords text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    most CONSTANT int := 20000;
    -- The day from which on there are so many, or the first of all.
    first_day CONSTANT date := (
        SELECT coalesce(max(day) FILTER (WHERE so_far >= most), min(day))
        FROM (SELECT counted.day, sum(sum(on_topic.comments)) OVER (ORDER BY counted.day DESC) AS so_far
              FROM comment_day AS counted, unnest(counted.topics, counted.comments) AS on_topic (topic, comments)
              WHERE counted.superseded IS NULL AND on_topic.topic IS NOT NULL GROUP BY counted.day) AS days);
BEGIN
    RETURN QUERY
    SELECT word.label, string_agg(word.keyword, ', ' ORDER BY word."position")
    FROM (SELECT crm.keywords(said.topic, left(said.comment, 2000), '{"top": 6}') AS found
          FROM (SELECT coalesce(read.topic, label.topic) AS topic, read.comment
                FROM (SELECT at::date AS day, comment, nullif(btrim(source.topic), '') COLLATE "default" AS topic, crm.comment_digest(comment) AS digest
                      FROM source_comments AS source WHERE at::date BETWEEN first_day AND keywords_of_topics.as_of AND comment IS NOT NULL) AS read
                LEFT JOIN comment_label AS label ON label.made_by = keywords_of_topics.made_by AND label.comment_digest = read.digest
                WHERE coalesce(read.topic, label.topic) IS NOT NULL ORDER BY read.day DESC, read.digest, 1 LIMIT most) AS said) AS words,
         unnest(words.found) AS word
    GROUP BY word.label;
EXCEPTION WHEN program_limit_exceeded OR out_of_memory THEN
    RETURN;  -- topics do without
END $$;
COMMENT ON FUNCTION crm.keywords_of_topics(bytea, date) IS 'Support of crm.refresh: words of each topic, from the latest 20000 comments.';

-- Like a model, keywords are found anew with the model, and when they are old.
CREATE FUNCTION crm.find_keywords(made_by bytea, as_of date, keep boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE topic_words (topic text, keywords text) ON COMMIT DROP;
    IF keep THEN
        INSERT INTO topic_words SELECT about.topic, about.keywords FROM comment_topic_of_run AS about JOIN published USING (run);
    ELSE
        INSERT INTO topic_words SELECT found.topic, found.keywords FROM crm.keywords_of_topics(made_by, as_of) AS found;
    END IF;
END $$;
COMMENT ON FUNCTION crm.find_keywords(bytea, date, boolean) IS
    'Support of crm.refresh: makes the temporary table topic_words, of the keywords that the last complete run had or of new ones.';

CREATE FUNCTION crm.there_are_new_topics() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN EXISTS (SELECT FROM topic_example AS best
                   WHERE NOT EXISTS (SELECT FROM comment_topic_of_run AS known JOIN published USING (run) WHERE known.topic = best.topic));
END $$;
COMMENT ON FUNCTION crm.there_are_new_topics() IS 'Support of crm.refresh: whether there are comments on topics that the last complete run did not have.';

CREATE FUNCTION crm.report_topics(this_run bigint, as_of date, days int, p float8, ratio float8, all_anew boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE topic_day ON COMMIT DROP AS
    SELECT counted.day, on_topic.topic, on_topic.comments
    FROM comment_day AS counted, unnest(counted.topics, counted.comments) AS on_topic (topic, comments) WHERE counted.superseded IS NULL;

    INSERT INTO comment_topic_of_run
    SELECT this_run, about.topic, about.comments, about.comments / (sum(about.comments) OVER ())::float8,
           coalesce(before.customers, 0) + coalesce(change.customers, 0), about.recent_comments, about.earlier_comments,
           words.keywords, best.example, best.probability, best.day, best.digest
    FROM (SELECT topic, sum(comments)::bigint AS comments,
                 coalesce(sum(comments) FILTER (WHERE day > report_topics.as_of - days), 0)::bigint AS recent_comments,
                 coalesce(sum(comments) FILTER (WHERE day > report_topics.as_of - 2 * days AND day <= report_topics.as_of - days), 0)::bigint
                     AS earlier_comments
          FROM topic_day WHERE topic IS NOT NULL GROUP BY topic) AS about
    LEFT JOIN topic_example AS best ON best.topic = about.topic
    LEFT JOIN topic_words AS words ON words.topic = about.topic
    LEFT JOIN (SELECT topic, customers FROM comment_topic_of_run JOIN published USING (run) WHERE NOT all_anew) AS before ON before.topic = about.topic
    LEFT JOIN (SELECT topic, sum(here) AS customers
               FROM (SELECT unnest(topics) AS topic, 1 AS here FROM customer_comment WHERE superseded IS NULL AND (all_anew OR run = this_run)
                     UNION ALL
                     SELECT unnest(topics), -1 FROM customer_comment WHERE superseded = this_run AND NOT all_anew) AS wrote
               GROUP BY topic) AS change ON change.topic = about.topic;

    INSERT INTO topic_trend_of_run
    SELECT this_run, about.topic, month.period, coalesce(on_topic.comments, 0), coalesce(on_topic.comments, 0) / month.comments::float8
    FROM (SELECT DISTINCT topic FROM topic_day WHERE topic IS NOT NULL) AS about
    CROSS JOIN (SELECT date_trunc('month', day)::date AS period, sum(comments)::bigint AS comments FROM topic_day WHERE topic IS NOT NULL GROUP BY 1) AS month
    LEFT JOIN (SELECT topic, date_trunc('month', day)::date AS period, sum(comments)::bigint AS comments
               FROM topic_day WHERE topic IS NOT NULL GROUP BY 1, 2) AS on_topic USING (topic, period);

    INSERT INTO topic_alarm_of_run
    SELECT this_run, alarm.keyword, alarm.direction, alarm.recent, alarm.earlier, alarm.recent_share, alarm.earlier_share, alarm.adjusted_p
    FROM (SELECT crm.trending_topics(day, topic, report_topics.as_of, make_interval(days => days)) AS found
          FROM topic_day, generate_series(1, comments) WHERE day > report_topics.as_of - 9 * days) AS trends,
         unnest(trends.found) AS alarm
    -- Of very many comments the smallest change is beyond chance.
    WHERE alarm.adjusted_p <= p AND NOT (alarm.ratio > 1 / report_topics.ratio AND alarm.ratio < report_topics.ratio) AND alarm.keyword <> 'other';
    DROP TABLE topic_day;
END $$;
COMMENT ON FUNCTION crm.report_topics(bigint, date, int, float8, float8, boolean) IS 'Support of crm.refresh: what the comments say, by topic and month.';

CREATE FUNCTION crm.refresh_topics(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT int := coalesce((options ->> 'topic_window_days')::int, 28);
    p CONSTANT float8 := coalesce((options ->> 'topic_alarm_p')::float8, 0.01);
    most_labels CONSTANT int := coalesce((options ->> 'topic_most_labels')::int, 50000);
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
    learned bigint;
    print bytea;
    first_or_full boolean := coalesce((options ->> 'full')::boolean, false) OR NOT EXISTS (SELECT FROM comment_day WHERE superseded IS NULL);
    all_anew boolean;
    keep_words boolean;
    keywords_on date;
BEGIN
    DELETE FROM topic_basis WHERE run = this_run;
    DELETE FROM comment_topic_of_run WHERE run = this_run;
    DELETE FROM topic_trend_of_run WHERE run = this_run;
    DELETE FROM topic_alarm_of_run WHERE run = this_run;
    DELETE FROM fitted_model WHERE run = this_run AND name = 'topics';
    SELECT basis.* INTO last FROM topic_basis AS basis JOIN published USING (run);

    skipped := crm.find_changed_days(as_of, first_or_full);
    IF skipped > 0 THEN message := skipped || ' comments without a day or a text were skipped'; END IF;
    PERFORM crm.read_comments(as_of, first_or_full);
    PERFORM crm.note_changed_comments(this_run);
    IF first_or_full THEN ANALYZE known_comment; END IF;

    SELECT read.rules, nullif(concat_ws('; ', refresh_topics.message, read.message), '') INTO rules, message FROM crm.read_topic_rules() AS read;
    SELECT * INTO labels FROM crm.given_topics(coalesce((options ->> 'topic_least_labels')::int, 20), most_labels);
    label_print := labels.fingerprint;
    learned := labels.comments;
    IF label_print IS NULL THEN
        IF labels.comments > 0 THEN
            message := concat_ws('; ', message, format('%s comments with a topic are too few, or of one topic only, to learn from', labels.comments));
        END IF;
    ELSIF last.labels IS NOT NULL AND NOT coalesce((options ->> 'refit')::boolean, false)
          AND (last.labels = label_print
               OR as_of - last.fitted_as_of < coalesce((options ->> 'refit_after_days')::int, 7)
                  AND crm.can_labels_wait(labels.comments, last.labelled)) THEN
        classifier := last.classifier;
        judged := last.judged;
        fitted_in := last.fitted_run;
        fitted_on := last.fitted_as_of;
        label_print := last.labels;
        learned := last.labelled;
    ELSE
        PERFORM crm.gather_labelled_comments(as_of, most_labels);
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
        DROP TABLE labelled_comment;
    END IF;

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
            WHEN NOT EXISTS (SELECT FROM known_comment WHERE superseded IS NULL) THEN 'there are no comments'
            WHEN rules IS NULL THEN 'no comment has a topic, there are no rules, and no word has come up or gone: give some comments a topic'
            ELSE 'no comment has a topic and there are no rules: topics are the words that have come up or gone' END);
    END IF;

    print := sha256(coalesce(crm.model_send(rules), '') || coalesce(crm.model_send(classifier), ''));
    all_anew := first_or_full OR last.made_by IS DISTINCT FROM print;
    IF all_anew AND NOT first_or_full THEN PERFORM crm.take_all_comments(as_of); END IF;
    PERFORM crm.forget_labels(last.made_by, print);
    rows := CASE WHEN rules IS NULL AND classifier IS NULL THEN 0 ELSE crm.label_comments(rules, classifier, print) END;
    IF all_anew THEN ANALYZE comment_label; END IF;

    PERFORM crm.gather_comments_of_writers(print, all_anew);
    PERFORM crm.report_writers(this_run);
    PERFORM crm.report_said(this_run);
    PERFORM crm.report_comment_days(this_run, print);
    PERFORM crm.find_examples(print, all_anew);
    keep_words := last.made_by = print AND last.keywords_as_of <= as_of AND NOT coalesce((options ->> 'refit')::boolean, false)
                  AND as_of - last.keywords_as_of < coalesce((options ->> 'refit_after_days')::int, 7) AND NOT crm.there_are_new_topics();
    PERFORM crm.find_keywords(print, as_of, coalesce(keep_words, false));
    keywords_on := CASE WHEN keep_words THEN last.keywords_as_of ELSE as_of END;
    IF last.made_by = print AND last.fitted_run IS NOT DISTINCT FROM fitted_in THEN
        -- Models of megabytes are copied as they are stored; through a variable they would be compressed anew.
        INSERT INTO topic_basis SELECT this_run, same.rules, same.classifier, same.judged, are_words, label_print, learned, fitted_in, fitted_on,
               keywords_on, print
        FROM topic_basis AS same WHERE same.run = last.run;
    ELSE
        INSERT INTO topic_basis VALUES (this_run, rules, classifier, judged, are_words, label_print, learned, fitted_in, fitted_on, keywords_on, print);
    END IF;
    PERFORM crm.report_topics(this_run, as_of, days, p, coalesce((options ->> 'topic_alarm_ratio')::float8, 1.25), all_anew);
    DROP TABLE changed_day, fresh_comment, changed_comment, writer, writer_comment, day_comment, topic_example, topic_words;
    IF all_anew THEN ANALYZE customer_comment, customer_said, comment_day; END IF;
END $$;
COMMENT ON FUNCTION crm.refresh_topics(bigint, date, jsonb) IS 'Step topics.';

-- What says what comments are about: rules, a model of the topics that people gave, or the words that have come up or gone.

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
                        FROM (SELECT at::date AS day, comment FROM source_comments) AS said
                        WHERE said.day > as_of - 9 * days AND said.day <= as_of AND said.comment IS NOT NULL) AS trends,
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

CREATE FUNCTION crm.given_topics(at_least int, at_most int, OUT comments bigint, OUT fingerprint text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    topics bigint;
BEGIN
    SELECT least(coalesce(sum(given.comments), 0), at_most), count(DISTINCT given.topic),
           sum(given.comments * hashtextextended(encode(given.digest, 'hex') || given.topic, 0)::numeric)::text
    INTO comments, topics, fingerprint
    FROM (SELECT known.comment_digest AS digest, known.topic, known.comments FROM known_comment AS known
          WHERE known.superseded IS NULL AND known.topic IS NOT NULL ORDER BY known.comment_digest, known.topic LIMIT at_most) AS given;
    IF comments < at_least OR topics < 2 THEN fingerprint := NULL; END IF;
END $$;
COMMENT ON FUNCTION crm.given_topics(int, int) IS
    'Support of crm.refresh: how many comments have a topic that people gave, and a fingerprint of them, NULL when they are too few to learn from.';

-- Another model gives any comment another topic: where comments are many, a few labels more can wait.
CREATE FUNCTION crm.can_labels_wait(labelled bigint, last_labelled bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN labelled > 10000
           OR abs(labelled - last_labelled) <= 0.1 * last_labelled
              AND (SELECT sum(about.comments) FROM comment_topic_of_run AS about JOIN published USING (run)) > 50000
              AND NOT EXISTS (SELECT FROM changed_comment AS changed
                              WHERE changed.comments > 0 AND changed.topic IS NOT NULL
                                AND NOT EXISTS (SELECT FROM comment_topic_of_run AS about JOIN published USING (run) WHERE about.topic = changed.topic));
END $$;
COMMENT ON FUNCTION crm.can_labels_wait(bigint, bigint) IS
    'Support of crm.refresh: whether labels that have changed are learned when the model is old only: of many labels, or where comments are many, labels a tenth more or less at most, and none of a new topic.';

-- The texts of one fifth, by their digests, are never taught to a model that is judged: so the models of two runs can be
-- judged on comments that neither has seen.
CREATE FUNCTION crm.gather_labelled_comments(as_of date, at_most int) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE labelled_comment ON COMMIT DROP AS
    SELECT read.topic, read.comment, get_byte(read.digest, 0) < 51 AS held_out
    FROM (SELECT nullif(btrim(topic), '') COLLATE "default" AS topic, comment, crm.comment_digest(comment) AS digest FROM source_comments
          WHERE topic IS NOT NULL AND comment IS NOT NULL AND at::date <= gather_labelled_comments.as_of) AS read
    WHERE read.topic IS NOT NULL ORDER BY read.digest, read.topic LIMIT at_most;
END $$;
COMMENT ON FUNCTION crm.gather_labelled_comments(date, int) IS
    'Support of crm.refresh: makes the temporary table labelled_comment of the comments with a topic that people gave; of more than so many, of a sample.';

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
    FROM fresh_comment AS said
    WHERE NOT EXISTS (SELECT FROM comment_label AS known WHERE known.made_by = label_comments.made_by AND known.comment_digest = said.digest);
    IF classifier IS NULL THEN
        INSERT INTO comment_label (comment_digest, made_by, topic, probability, spoke)
        SELECT said.digest, label_comments.made_by, coalesce(found.topic, 'other'), CASE WHEN found.topic IS NOT NULL THEN 1 END,
               CASE WHEN found.topic IS NULL THEN 'other' ELSE 'rule' END
        FROM new_text AS said CROSS JOIN LATERAL crm.first_rule(rules, said.comment) AS found;
    ELSIF rules IS NULL THEN
        INSERT INTO comment_label (comment_digest, made_by, topic, probability, spoke)
        SELECT said.digest, label_comments.made_by, CASE WHEN found.is_other THEN 'other' ELSE found.label END, found.probability,
               CASE WHEN found.is_other THEN 'other' ELSE 'model' END
        FROM new_text AS said CROSS JOIN LATERAL crm.classify(classifier, said.comment) AS found;
    ELSE
        INSERT INTO comment_label (comment_digest, made_by, topic, probability, spoke)
        SELECT said.digest, label_comments.made_by, CASE WHEN found.is_other THEN 'other' ELSE found.label END, found.probability, found.spoke
        FROM new_text AS said CROSS JOIN LATERAL crm.classify(rules, classifier, said.comment) AS found;
    END IF;
    GET DIAGNOSTICS labelled = ROW_COUNT;
    DROP TABLE new_text;
    RETURN labelled;
END $$;
COMMENT ON FUNCTION crm.label_comments(crm.model, crm.model, bytea) IS
    'Support of crm.refresh: gives texts of fresh_comment that are new to these rules and this model their topics; how many.';

CREATE FUNCTION crm.forget_labels(last_made_by bytea, made_by bytea) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    others bytea[];
BEGIN
    -- From one to the next by the primary key: the labels are many, what made them is not.
    WITH RECURSIVE maker AS (
        (SELECT label.made_by FROM comment_label AS label ORDER BY label.made_by LIMIT 1)
        UNION ALL
        SELECT (SELECT label.made_by FROM comment_label AS label WHERE label.made_by > maker.made_by ORDER BY label.made_by LIMIT 1)
        FROM maker WHERE maker.made_by IS NOT NULL)
    SELECT array_agg(maker.made_by) INTO others FROM maker
    WHERE maker.made_by <> forget_labels.made_by AND maker.made_by IS DISTINCT FROM last_made_by;
    DELETE FROM comment_label AS label WHERE label.made_by = ANY (others);
END $$;
COMMENT ON FUNCTION crm.forget_labels(bytea, bytea) IS
    'Support of crm.refresh: takes away the topics that neither the last run nor this one gave.';

-- What step topics keeps from night to night, against all comments read at once

INSERT INTO crm.workspace_check VALUES (115, 'topics', 'comments are those of the source, and what they say adds up', 'check_comments');
CREATE FUNCTION crm.check_comments(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    print CONSTANT bytea := (SELECT basis.made_by FROM topic_basis AS basis WHERE basis.run = this_run);
BEGIN
    differences := 0;
    IF print IS NULL OR to_regclass('source_comments') IS NULL THEN RETURN; END IF;
    WITH said AS MATERIALIZED (
        SELECT read.customer, read.day, read.digest, read.given, coalesce(read.given, label.topic) AS topic
        FROM (SELECT customer, at::date AS day, crm.comment_digest(comment) AS digest, nullif(btrim(topic), '') COLLATE "default" AS given
              FROM source_comments WHERE at::date <= check_comments.as_of AND comment IS NOT NULL) AS read
        LEFT JOIN comment_label AS label ON label.made_by = print AND label.comment_digest = read.digest
    ), wrong AS (
        SELECT format('customer %s: comments of %s are known that the source has not, or not so often, or the reverse', customer, day) AS what
        FROM (SELECT customer, day, digest, given, count(*) AS there, 0 AS here FROM said GROUP BY customer, day, digest, given
              UNION ALL
              SELECT customer, day, comment_digest, topic, 0, comments FROM known_comment
              WHERE run <= this_run AND (superseded IS NULL OR superseded > this_run)) AS compared
        GROUP BY customer, day, digest, given HAVING sum(there) <> sum(here)
        UNION ALL
        SELECT format('customer %s: the last comment is of %s, on %s; the source says %s, %s', customer, shown.last_comment_at, shown.last_comment_topic,
                      counted.day, counted.topic)
        FROM (SELECT customer, last_comment_at, last_comment_topic FROM customer_comment
              WHERE run <= this_run AND (superseded IS NULL OR superseded > this_run)) AS shown
        FULL JOIN (SELECT DISTINCT ON (customer) customer, day, topic FROM said WHERE customer IS NOT NULL
                   ORDER BY customer, day DESC, digest, topic) AS counted USING (customer)
        WHERE (shown.last_comment_at, shown.last_comment_topic) IS DISTINCT FROM (counted.day, counted.topic)
        UNION ALL
        SELECT format('customer %s: the last three comments are others', customer)
        FROM (SELECT customer, day, comment_digest AS digest, topic AS given, true AS there FROM customer_said
              WHERE run <= this_run AND (superseded IS NULL OR superseded > this_run)) AS shown
        FULL JOIN (SELECT placed.*
                   FROM (SELECT customer, day, digest, min(given) AS given, row_number() OVER (PARTITION BY customer ORDER BY day DESC, digest) AS place
                         FROM said WHERE customer IS NOT NULL GROUP BY customer, day, digest) AS placed
                   WHERE placed.place <= 3) AS counted USING (customer, day, digest)
        WHERE shown.there IS NULL OR counted.place IS NULL OR shown.given IS DISTINCT FROM counted.given
        UNION ALL
        SELECT format('topic %s: %s comments of %s customers, one by one %s of %s', topic, shown.comments, shown.customers, counted.comments, counted.customers)
        FROM (SELECT topic, comments, customers FROM comment_topic_of_run WHERE run = this_run) AS shown
        FULL JOIN (SELECT topic, count(*) AS comments, count(DISTINCT customer) AS customers FROM said WHERE topic IS NOT NULL GROUP BY topic) AS counted
            USING (topic)
        WHERE (shown.comments, shown.customers) IS DISTINCT FROM (counted.comments, counted.customers)
        UNION ALL
        SELECT format('%s: comments on %s are %s, one by one %s', day, topic, coalesce(shown.comments, 0), coalesce(counted.comments, 0))
        FROM (SELECT of_day.day, coalesce(on_topic.topic, '') AS topic, on_topic.comments
              FROM comment_day AS of_day, unnest(of_day.topics, of_day.comments) AS on_topic (topic, comments)
              WHERE of_day.run <= this_run AND (of_day.superseded IS NULL OR of_day.superseded > this_run)) AS shown
        FULL JOIN (SELECT day, coalesce(topic, '') AS topic, count(*) AS comments FROM said GROUP BY 1, 2) AS counted USING (day, topic)
        WHERE shown.comments IS DISTINCT FROM counted.comments)
    SELECT count(*), min(wrong.what) INTO differences, example FROM wrong;
END $$;
COMMENT ON FUNCTION crm.check_comments(bigint, date, int) IS
    'Support of crm.check_workspace: the comments that are known, and what is counted and kept of them, against the source. Comments that came since the last refresh are differences.';

-- Which comments have changed since the last run. Nothing says so but the source itself: one scan adds up a cheap print of
-- each day's comments, and only days whose print is another are read, and compared comment by comment.

CREATE FUNCTION crm.comment_digest(comment text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    -- SQL_ASCII: the bytes as they are.
    RETURN pg_catalog.sha256(pg_catalog.convert_to(comment, 'SQL_ASCII'));
COMMENT ON FUNCTION crm.comment_digest(text) IS 'By what a workspace knows a comment again: its SHA-256 digest.';

-- A tenth of the time of a digest. By bytes: to some collations texts are equal that differ.
CREATE FUNCTION crm.comment_print(customer text, comment text, topic text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended(comment COLLATE "C", coalesce(
        hashtextextended(customer COLLATE "C", coalesce(hashtextextended(topic COLLATE "C", 1), 0)),
        coalesce(hashtextextended(topic COLLATE "C", 2), 1)));
COMMENT ON FUNCTION crm.comment_print(text, text, text) IS
    'By what a workspace sees that comments of a day have changed: 64 bits of who wrote what, and what it was said to be about; NULL without a text.';

CREATE FUNCTION crm.read_comments(as_of date, all_days boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    type CONSTANT text := (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'source_comments'::regclass AND attname = 'at');
    days text := format('at::date <= %L', as_of);
BEGIN
    -- Most often the last days: an index of the source may know where they are.
    IF NOT all_days THEN
        days := days || (SELECT format(' AND at >= %L::%s AND at::date IN (SELECT day FROM changed_day)', min(day), type) FROM changed_day);
    END IF;
    DROP TABLE IF EXISTS fresh_comment;
    EXECUTE 'CREATE TEMPORARY TABLE fresh_comment ON COMMIT DROP AS
        SELECT customer, at::date AS day, crm.comment_digest(comment) AS digest, nullif(btrim(topic), '''') COLLATE "default" AS topic, comment,
               crm.comment_print(customer::text, comment, topic) AS print
        FROM source_comments WHERE comment IS NOT NULL AND ' || days;
    ANALYZE fresh_comment;
END $$;
COMMENT ON FUNCTION crm.read_comments(date, boolean) IS
    'Support of crm.refresh: makes the temporary table fresh_comment, with the texts of all days or of those in changed_day.';

-- Rows without a day, or a text, are counted, and otherwise not seen.
CREATE FUNCTION crm.find_changed_days(as_of date, all_days boolean) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    skipped bigint;
BEGIN
    -- The days of a source are few, which its statistics don't say: OFFSET 0 has them added up rather than sorted.
    CREATE TEMPORARY TABLE day_read ON COMMIT DROP AS
    SELECT day, sum(print) AS print, count(*) - CASE WHEN day IS NULL THEN 0 ELSE count(print) END AS skipped
    FROM (SELECT at::date AS day, crm.comment_print(customer::text, comment, topic) AS print FROM source_comments OFFSET 0) AS read
    WHERE day <= find_changed_days.as_of OR day IS NULL
    GROUP BY day;
    SELECT sum(read.skipped) INTO skipped FROM day_read AS read;
    CREATE TEMPORARY TABLE changed_day ON COMMIT DROP AS
    SELECT day
    FROM (SELECT day, print FROM day_read WHERE day IS NOT NULL AND print IS NOT NULL) AS fresh
    FULL JOIN (SELECT day, print FROM comment_day WHERE superseded IS NULL) AS old USING (day)
    WHERE all_days OR fresh.print IS DISTINCT FROM old.print;
    ANALYZE changed_day;
    DROP TABLE day_read;
    RETURN skipped;
END $$;
COMMENT ON FUNCTION crm.find_changed_days(date, boolean) IS
    'Support of crm.refresh: makes the temporary table changed_day of the days whose comments are not those known; how many rows of the source cannot be used.';

CREATE FUNCTION crm.note_changed_comments(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE changed_comment ON COMMIT DROP AS
    SELECT customer, day, digest, topic, max(place) AS place, sum(here)::bigint AS comments
    FROM (SELECT customer, day, digest, topic, NULL::tid AS place, 0 AS known, 1 AS here FROM fresh_comment
          UNION ALL
          SELECT customer, day, comment_digest, topic, ctid, comments, 0 FROM known_comment
          WHERE superseded IS NULL AND day IN (SELECT changed_day.day FROM changed_day)) AS compared
    GROUP BY customer, day, digest, topic HAVING sum(known) <> sum(here);
    ANALYZE changed_comment;
    UPDATE known_comment AS old SET superseded = this_run FROM changed_comment AS changed WHERE old.ctid = changed.place;
    INSERT INTO known_comment (customer, day, comment_digest, topic, run, comments)
    SELECT customer, day, digest, topic, this_run, comments FROM changed_comment WHERE comments > 0;
    -- Of what was compared, not of what find_changed_days saw: comments may have come in between.
    ALTER TABLE changed_day ADD COLUMN print numeric;
    UPDATE changed_day SET print = read.print FROM (SELECT day, sum(print) AS print FROM fresh_comment GROUP BY day) AS read
    WHERE read.day = changed_day.day;
END $$;
COMMENT ON FUNCTION crm.note_changed_comments(bigint) IS
    'Support of crm.refresh: compares fresh_comment with the comments known of the days in changed_day, keeps what differs as new versions, and makes the temporary table changed_comment of it.';

-- New rules, or a new model, may give any comment another topic.
CREATE FUNCTION crm.take_all_comments(as_of date) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO changed_day
    SELECT day, print FROM comment_day AS known
    WHERE superseded IS NULL AND NOT EXISTS (SELECT FROM changed_day AS changed WHERE changed.day = known.day);
    ANALYZE changed_day;
    PERFORM crm.read_comments(as_of, true);
END $$;
COMMENT ON FUNCTION crm.take_all_comments(date) IS 'Support of crm.refresh: has all days in changed_day, and their texts in fresh_comment.';

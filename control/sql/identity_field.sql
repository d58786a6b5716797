-- What a field holds

CREATE FUNCTION crm.value_shape(value text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_value_shape';
COMMENT ON FUNCTION crm.value_shape(text) IS
    'The shape of a value: A for a capital letter, a for a small one (a+ for several), x for a letter without case, 9 for a digit, a blank for white space; all else stands for itself. Runs of more than 4 capitals, signs or letters without case, or of more than 16 digits, end with +; after 16 runs comes ....';

CREATE FUNCTION crm.looks_like(value text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_looks_like';
COMMENT ON FUNCTION crm.looks_like(text) IS
    'What a value looks like by its form: ''e-mail address'', ''web address'', ''phone number'', ''date'', ''time'', ''whole number'', ''decimal'', ''code'' (digits with letters or signs, no blanks), ''single word'', ''several words'', ''words and digits'', ''sentence'' (eight words, or four with a full stop) or ''signs''. NULL for what stands for nothing: blanks, n/a, unknown, -. A guess: nothing is looked up.';

CREATE TYPE crm.value_profile AS (
    rows bigint,
    nulls bigint,
    null_share float8,
    null_like bigint,
    distinct_values bigint,
    distinct_exact boolean,
    least_length bigint,
    mean_length float8,
    greatest_length bigint,
    digit_share float8,
    letter_share float8,
    non_ascii_share float8,
    least_value text,
    greatest_value text,
    least_number float8,
    greatest_number float8,
    looks_like text,
    looks_like_share float8,
    shapes jsonb,
    frequent jsonb,
    flags text
);
COMMENT ON TYPE crm.value_profile IS 'What the values of a field are like. Shares of values are of those that are not NULL.';
COMMENT ON COLUMN crm.value_profile.rows IS 'Number of rows.';
COMMENT ON COLUMN crm.value_profile.nulls IS 'Rows in which it is NULL.';
COMMENT ON COLUMN crm.value_profile.null_share IS 'Their share of the rows.';
COMMENT ON COLUMN crm.value_profile.null_like IS 'Values that are written but stand for nothing: blanks, n/a, unknown, -.';
COMMENT ON COLUMN crm.value_profile.distinct_values IS 'Number of distinct values.';
COMMENT ON COLUMN crm.value_profile.distinct_exact IS 'False when that is an estimate, beyond 32768 distinct values, with a standard error of about 1 %.';
COMMENT ON COLUMN crm.value_profile.least_length IS 'Characters of the shortest value.';
COMMENT ON COLUMN crm.value_profile.mean_length IS 'Mean number of characters.';
COMMENT ON COLUMN crm.value_profile.greatest_length IS 'Characters of the longest value.';
COMMENT ON COLUMN crm.value_profile.digit_share IS 'Share of the digits in all characters but white space.';
COMMENT ON COLUMN crm.value_profile.letter_share IS 'Share of the letters in all characters but white space.';
COMMENT ON COLUMN crm.value_profile.non_ascii_share IS 'Share of the values that have a character beyond ASCII.';
COMMENT ON COLUMN crm.value_profile.least_value IS 'The first value by bytes, cut to 100 of them.';
COMMENT ON COLUMN crm.value_profile.greatest_value IS 'The last value by bytes, cut to 100 of them.';
COMMENT ON COLUMN crm.value_profile.least_number IS 'The least of the values that are plain numbers; NULL when none is.';
COMMENT ON COLUMN crm.value_profile.greatest_number IS 'The greatest of the values that are plain numbers.';
COMMENT ON COLUMN crm.value_profile.looks_like IS 'What most values look like: e-mail addresses, web addresses, phone numbers, dates, times, whole numbers, decimals, codes, single words, several words, words and digits, sentences or signs.';
COMMENT ON COLUMN crm.value_profile.looks_like_share IS 'Share of the values that do, of those that stand for something.';
COMMENT ON COLUMN crm.value_profile.shapes IS 'The ten commonest shapes (crm.value_shape) as an array of objects with shape, count and share of the values.';
COMMENT ON COLUMN crm.value_profile.frequent IS 'The ten commonest values as an array of objects with value, count and share. Values of more than 96 bytes are cut to 80.';
COMMENT ON COLUMN crm.value_profile.flags IS 'What is worth a look, in words, parted by semicolons; NULL when nothing is.';

CREATE FUNCTION crm.profile_add(internal, value text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_profile_add';
COMMENT ON FUNCTION crm.profile_add(internal, text) IS 'Support of aggregate crm.profile.';

CREATE FUNCTION crm.finish_profile(internal) RETURNS crm.value_profile
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_profile(internal) IS 'Support of aggregates: one row of figures.';

CREATE AGGREGATE crm.profile(value text) (
    SFUNC = crm.profile_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_profile,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.profile(text) IS
    'What the values of a field are like, NULL included. Exact up to 32768 distinct values; beyond, their number is estimated and the frequent ones are those among one value in 2, 4, 8 and so on, as the flags then say. Memory: about 4 MB at most.';

CREATE FUNCTION crm.field_profile(relation regclass, sample bigint DEFAULT NULL)
    RETURNS TABLE (
    column_name text,
    column_type text,
    rows bigint,
    nulls bigint,
    null_share float8,
    null_like bigint,
    distinct_values bigint,
    distinct_exact boolean,
    least_length bigint,
    mean_length float8,
    greatest_length bigint,
    digit_share float8,
    letter_share float8,
    non_ascii_share float8,
    least_value text,
    greatest_value text,
    least_number float8,
    greatest_number float8,
    looks_like text,
    looks_like_share float8,
    shapes jsonb,
    frequent jsonb,
    flags text)
    -- Not parallel safe: what it runs may then be parallel itself.
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 20
AS $$
#variable_conflict use_column
DECLARE
    about record;
    profiles text;
    source text := relation::text;
BEGIN
    IF sample < 1 THEN
        RAISE EXCEPTION 'sample must be 1 or more, not %', sample USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT relkind, reltuples, relpages INTO about FROM pg_catalog.pg_class WHERE oid = relation;
    SELECT pg_catalog.string_agg(pg_catalog.format('crm.profile(t.%I::pg_catalog.text)', attname), ', ' ORDER BY attnum)
      INTO profiles
      FROM pg_catalog.pg_attribute
     WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
       AND pg_catalog.has_column_privilege(relation, attnum, 'SELECT');
    IF profiles IS NULL THEN
        RAISE EXCEPTION 'no column of % may be read', relation USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF sample IS NULL OR (about.relkind IN ('r', 'm') AND about.reltuples BETWEEN 0 AND sample) THEN
        source := source || ' AS t';
    ELSIF about.relkind IN ('r', 'm') AND about.reltuples > 0 THEN
        source := pg_catalog.format('%s AS t TABLESAMPLE %s (%s) REPEATABLE (0)', source,
                                    CASE WHEN about.relpages > 1000 THEN 'SYSTEM' ELSE 'BERNOULLI' END,
                                    100.0 * sample / about.reltuples);
    ELSE
        source := pg_catalog.format('(SELECT * FROM %s LIMIT %s) AS t', source, sample);
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format(
        'SELECT a.name, a.type, coalesce(p.rows, 0), coalesce(p.nulls, 0), p.null_share, coalesce(p.null_like, 0), coalesce(p.distinct_values, 0), p.distinct_exact, p.least_length, p.mean_length, p.greatest_length, p.digit_share, p.letter_share, p.non_ascii_share, p.least_value, p.greatest_value, p.least_number, p.greatest_number, p.looks_like, p.looks_like_share, p.shapes, p.frequent, p.flags
           FROM (SELECT ARRAY[%s] AS profiles FROM %s) AS x,
                pg_catalog.unnest(x.profiles) WITH ORDINALITY AS p
                    (rows, nulls, null_share, null_like, distinct_values, distinct_exact, least_length, mean_length, greatest_length, digit_share, letter_share, non_ascii_share, least_value, greatest_value, least_number, greatest_number, looks_like, looks_like_share, shapes, frequent, flags, number)
           JOIN (SELECT pg_catalog.row_number() OVER (ORDER BY attnum) AS number, attname::pg_catalog.text AS name,
                        pg_catalog.format_type(atttypid, atttypmod) AS type
                   FROM pg_catalog.pg_attribute
                  WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
                    AND pg_catalog.has_column_privilege($1, attnum, ''SELECT'')) AS a ON a.number = p.number
          ORDER BY a.number', profiles, source) USING relation;
END
$$;
COMMENT ON FUNCTION crm.field_profile(regclass, bigint) IS
    'A row for each column that the caller may read of a table, view or other relation: its type and crm.profile of its values as text, from one pass over the rows that the caller may see. sample: read about that many rows only (of a table blocks or rows by chance, the same each time; of anything else the first ones).';

-- Values in the wrong field

CREATE FUNCTION crm.field_suspects(relation regclass, options jsonb DEFAULT '{}')
    RETURNS TABLE (
    row_key text,
    column_name text,
    value text,
    probability float8,
    suggested_column text,
    suggested_value text,
    reason text)
    -- Not parallel safe: what it runs may then be parallel itself.
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 100
AS $$
#variable_conflict use_column
DECLARE
    known CONSTANT text[] := ARRAY['key', 'columns', 'free_text', 'probability', 'sample', 'misspelt'];
    settings CONSTANT jsonb := coalesce(options, '{}');
    -- The least share of a column's values that must have usual shapes for others to stand out.
    alike CONSTANT float8 := 0.95;
    least_probability float8;
    sample bigint;
    wanted text[];
    free text[];
    key text;
    cells text;
    missing text;
BEGIN
    IF pg_catalog.jsonb_typeof(settings) <> 'object' THEN
        RAISE EXCEPTION 'options of field_suspects must be an object, not %', settings
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT name INTO missing FROM pg_catalog.jsonb_object_keys(settings) AS name WHERE name <> ALL (known) LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'unknown option "%" of field_suspects', missing
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Known are ' || pg_catalog.array_to_string(known, ', ') || '.';
    END IF;
    least_probability := coalesce((settings ->> 'probability')::float8, 0.05);
    sample := coalesce((settings ->> 'sample')::bigint, 5000);
    IF NOT least_probability BETWEEN 0 AND 1 OR sample < 1 THEN
        RAISE EXCEPTION 'probability must be between 0 and 1 and sample 1 or more, not % and %', least_probability, sample
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF settings ? 'key' THEN
        key := pg_catalog.format('t.%I', settings ->> 'key');
    ELSE
        SELECT CASE WHEN pg_catalog.count(*) > 1
                    THEN 'ROW(' || pg_catalog.string_agg(pg_catalog.format('t.%I', a.attname), ', ' ORDER BY k.place) || ')'
                    ELSE pg_catalog.min(pg_catalog.format('t.%I', a.attname)) END
          INTO key
          FROM pg_catalog.pg_index AS i
         CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
         WHERE i.indrelid = relation AND i.indisprimary;
        IF key IS NULL AND (SELECT relkind IN ('r', 'm', 'p') FROM pg_catalog.pg_class WHERE oid = relation) THEN
            key := 't.ctid';
        END IF;
    END IF;
    IF key IS NULL THEN
        RAISE EXCEPTION '% has no primary key', relation
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Name a column that tells its rows apart: {"key": "customer_id"}.';
    END IF;

    IF settings ? 'columns' THEN
        SELECT pg_catalog.array_agg(name) INTO wanted
          FROM pg_catalog.jsonb_array_elements_text(settings -> 'columns') AS name;
        SELECT name INTO missing FROM pg_catalog.unnest(wanted) AS name
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                            WHERE attrelid = relation AND attname = name AND attnum > 0 AND NOT attisdropped)
         LIMIT 1;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION '% has no column "%"', relation, missing USING ERRCODE = 'undefined_column';
        END IF;
    ELSE
        SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum) INTO wanted
          FROM pg_catalog.pg_attribute AS a
          JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
         WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND y.typcategory = 'S'
           AND key <> pg_catalog.format('t.%I', a.attname)
           AND pg_catalog.has_column_privilege(relation, a.attnum, 'SELECT');
    END IF;
    IF coalesce(pg_catalog.cardinality(wanted), 0) < 2 THEN
        RAISE EXCEPTION '% has fewer than two columns of text to tell apart', relation
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Name columns of other types to have them read as text: {"columns": ["zip", "city"]}.';
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.format('(%L, t.%I::pg_catalog.text)', name, name), ', ') INTO cells
      FROM pg_catalog.unnest(wanted) AS name;
    SELECT coalesce(pg_catalog.array_agg(name), '{}') INTO free
      FROM pg_catalog.jsonb_array_elements_text(coalesce(settings -> 'free_text', '[]')) AS name;

    RETURN QUERY EXECUTE pg_catalog.format($query$
WITH cells AS MATERIALIZED (
    -- Which half of the table a row is in: each half is judged by what the other one has taught.
    SELECT (%1$s)::pg_catalog.text AS row_key,
           (pg_catalog.hashtextextended((%1$s)::pg_catalog.text, 0) & 1)::pg_catalog.int4 AS half, c.column_name, c.value
      FROM %2$s AS t CROSS JOIN LATERAL (VALUES %3$s) AS c (column_name, value)
     WHERE crm.looks_like(c.value) IS NOT NULL
), halves AS MATERIALIZED (
    SELECT column_name, half, value, pg_catalog.count(*) AS count,
           crm.looks_like(value) AS kind,
           -- Digits teach little, their number and place much; so a value is read together with its shape.
           value || ' ' || pg_catalog.translate(crm.value_shape(value), 'Aax9 ', '^~|#_') AS read
      FROM cells GROUP BY column_name, half, value
), valued AS MATERIALIZED (
    SELECT column_name, value, kind, pg_catalog.sum(count) AS count FROM halves GROUP BY column_name, value, kind
), columns AS MATERIALIZED (
    SELECT column_name, pg_catalog.count(*) AS distinct_values, pg_catalog.sum(count) AS count,
           column_name = ANY ($3) OR (pg_catalog.count(*) FILTER (WHERE kind = 'sentence') * 2 > pg_catalog.count(*)
                                      AND pg_catalog.count(*) * 2 > pg_catalog.sum(count)) AS free_text
      FROM valued GROUP BY column_name
), kinds AS MATERIALIZED (
    SELECT k.column_name, k.kind, k.count, k.count / c.count AS share
      FROM (SELECT column_name, kind, pg_catalog.sum(count)::pg_catalog.float8 AS count FROM valued GROUP BY column_name, kind) AS k
      JOIN columns AS c ON c.column_name = k.column_name
), models AS MATERIALIZED (
    -- A frequent value is repeated so often that columns of few values weigh as much as others do, but no more.
    SELECT half, crm.fit_text_classifier(column_name, read) AS model
      FROM (SELECT h.half, h.column_name, h.read,
                   least(h.count, greatest(3, 500 / c.distinct_values)) AS repeats,
                   pg_catalog.row_number() OVER (PARTITION BY h.half, h.column_name
                                                 ORDER BY pg_catalog.hashtextextended(h.value, 1), h.value) AS place
              FROM halves AS h JOIN columns AS c ON c.column_name = h.column_name
             WHERE EXISTS (SELECT FROM halves AS o WHERE o.column_name = h.column_name AND o.half <> h.half)) AS x
     CROSS JOIN LATERAL pg_catalog.generate_series(1, x.repeats) AS again
     WHERE place <= $2
     GROUP BY half
    HAVING pg_catalog.count(DISTINCT column_name) > 1
), placed AS MATERIALIZED (
    SELECT h.column_name, h.half, h.value, h.kind,
           crm.label_probability(m.model, h.read, h.column_name) AS probability, h.read
      FROM halves AS h
      JOIN models AS m ON m.half <> h.half
      JOIN columns AS c ON c.column_name = h.column_name AND NOT c.free_text
     WHERE EXISTS (SELECT FROM halves AS o WHERE o.column_name = h.column_name AND o.half <> h.half)
), misplaced AS (
    SELECT p.column_name, p.half, p.value, p.probability, nullif(top.label, p.column_name) AS suggested_column,
           CASE WHEN top.label = p.column_name THEN NULL
                WHEN there.share >= 0.5 AND coalesce(here.share, 0) < there.share
                THEN pg_catalog.format('looks like %%s; %%s %%%% of column %%s look like it, %%s %%%% of column %%s',
                                       CASE WHEN p.kind IN ('several words', 'words and digits', 'signs') THEN p.kind
                                            WHEN p.kind ~ '^e' THEN 'an ' || p.kind ELSE 'a ' || p.kind END,
                                       pg_catalog.round((100 * there.share)::pg_catalog.numeric, 1), top.label,
                                       pg_catalog.round((100 * coalesce(here.share, 0))::pg_catalog.numeric, 1), p.column_name)
                ELSE pg_catalog.format('reads like column %%s (probability %%s)', top.label,
                                       pg_catalog.round(top.probability::pg_catalog.numeric, 2)) END AS reason
      FROM placed AS p
      JOIN models AS m ON m.half <> p.half
     CROSS JOIN LATERAL crm.classify(m.model, p.read) AS top
      LEFT JOIN kinds AS here ON here.column_name = p.column_name AND here.kind = p.kind
      LEFT JOIN kinds AS there ON there.column_name = top.label AND there.kind = p.kind
     WHERE (p.probability < $1 AND top.label <> p.column_name) OR $1 = 1
), shapes AS (
    SELECT s.column_name, s.shape, s.count, s.count / c.count AS share,
           pg_catalog.sum(s.count) FILTER (WHERE s.count / c.count >= 0.01) OVER w / c.count AS covered,
           pg_catalog.first_value(s.shape) OVER (w ORDER BY s.count DESC, s.shape) AS usual, c.count AS all_values
      FROM (SELECT column_name, crm.value_shape(value) AS shape, pg_catalog.sum(count)::pg_catalog.float8 AS count
              FROM valued GROUP BY column_name, crm.value_shape(value)) AS s
      JOIN columns AS c ON c.column_name = s.column_name AND NOT c.free_text
    WINDOW w AS (PARTITION BY s.column_name)
), odd_ones AS (
    -- In a column of few shapes with digits, such as codes or dates, what has a rare one. The value itself does not count.
    SELECT v.column_name, v.value, (s.count - 1) / s.all_values AS probability,
           pg_catalog.format('has the shape %%s; %%s %%%% of column %%s have one of the usual shapes, such as %%s', s.shape,
                             pg_catalog.round((100 * s.covered)::pg_catalog.numeric, 1), v.column_name, s.usual) AS reason
      FROM valued AS v
      JOIN shapes AS s ON s.column_name = v.column_name AND s.shape = crm.value_shape(v.value)
     WHERE v.kind NOT IN ('e-mail address', 'web address') AND s.covered >= $4 AND s.share < 0.01 AND s.usual ~ '9'
), spellings AS (
    SELECT x.column_name, s.value, s.canonical, s.count,
           pg_catalog.first_value(s.count) OVER (PARTITION BY x.column_name, s.cluster ORDER BY s.reason <> 'proposed') AS proposed, s.reason
      FROM (SELECT c.column_name, crm.cluster_values(c.value, '{"similarity": 0.85, "letters_for_digits": true, "codes": true}') AS clusters
              FROM cells AS c JOIN columns AS about ON about.column_name = c.column_name AND NOT about.free_text
             WHERE $5
             GROUP BY c.column_name) AS x
     CROSS JOIN LATERAL pg_catalog.unnest(x.clusters) AS s
), words AS MATERIALIZED (
    SELECT v.column_name, v.value, v.count, w.word, w.place
      FROM valued AS v
      JOIN columns AS c ON c.column_name = v.column_name AND NOT c.free_text
     CROSS JOIN LATERAL pg_catalog.regexp_split_to_table(v.value, '\s+') WITH ORDINALITY AS w (word, place)
     WHERE $5 AND v.value ~ '\S\s+\S'
), word_spellings AS (
    SELECT x.column_name, s.value AS word, s.canonical, s.count,
           pg_catalog.first_value(s.count) OVER (PARTITION BY x.column_name, s.cluster ORDER BY s.reason <> 'proposed') AS proposed, s.reason
      FROM (SELECT w.column_name, crm.cluster_values(w.word, '{"similarity": 0.85}') AS clusters
              FROM words AS w CROSS JOIN LATERAL pg_catalog.generate_series(1, w.count) AS again
             GROUP BY w.column_name) AS x
     CROSS JOIN LATERAL pg_catalog.unnest(x.clusters) AS s
), misspelt AS (
    SELECT column_name, value, count / (count + proposed)::pg_catalog.float8 AS probability, canonical AS suggested_value,
           pg_catalog.format('misspelt: %%s has %%s rows, this %%s', canonical, proposed, count) AS reason
      FROM spellings WHERE reason = 'misspelt' AND proposed >= 3 * count
    UNION ALL
    SELECT w.column_name, w.value, pg_catalog.min(s.count / (s.count + s.proposed)::pg_catalog.float8),
           pg_catalog.string_agg(coalesce(s.canonical, w.word), ' ' ORDER BY w.place),
           'misspelt: ' || pg_catalog.string_agg(s.word || ' for ' || s.canonical, ', ' ORDER BY w.place)
      FROM words AS w
      LEFT JOIN word_spellings AS s ON s.column_name = w.column_name AND s.word = w.word
                                   AND s.reason = 'misspelt' AND s.proposed >= 10 * s.count
     GROUP BY w.column_name, w.value
    HAVING pg_catalog.count(s.word) > 0
), evidence AS (
    SELECT column_name, half, value, probability, suggested_column, NULL::pg_catalog.text AS suggested_value, reason, 2 AS rank FROM misplaced
    UNION ALL
    SELECT column_name, NULL, value, probability, NULL, NULL, reason, 3 FROM odd_ones WHERE probability < $1
    UNION ALL
    SELECT column_name, NULL, value, probability, NULL, suggested_value, reason, 1 FROM misspelt WHERE probability < $1
)
SELECT c.row_key, c.column_name, c.value, e.probability, e.suggested_column, e.suggested_value, e.reason
  FROM cells AS c
  JOIN (SELECT x.column_name, x.value, h.half, pg_catalog.min(x.probability) AS probability,
               (pg_catalog.array_agg(x.suggested_column ORDER BY x.rank))[1] AS suggested_column,
               (pg_catalog.array_agg(x.suggested_value ORDER BY x.rank))[1] AS suggested_value,
               pg_catalog.string_agg(x.reason, '; ' ORDER BY x.rank, x.reason) AS reason
          FROM evidence AS x
          JOIN (VALUES (0), (1)) AS h (half) ON h.half = x.half OR x.half IS NULL
         GROUP BY x.column_name, x.value, h.half) AS e
    ON e.column_name = c.column_name AND e.value = c.value AND e.half = c.half
 ORDER BY e.probability, c.column_name, c.row_key
$query$, key, relation, cells)
    USING least_probability, sample, free, alike, coalesce((settings ->> 'misspelt')::boolean, true);
END
$$;
COMMENT ON FUNCTION crm.field_suspects(regclass, jsonb) IS
    'Values that may be in the wrong field or misspelt, the least probable first: the row''s key (primary key, else ctid), the column, the value, the probability that it is right there, the column or the spelling that fits better, and why. A text classifier learns from each half of the rows what the columns hold and judges the other half, so that no value vouches for itself; then come spellings close to much more frequent ones, by value and by word, and rare shapes in columns of few shapes. Of a misspelling the probability is its share in the rows of both spellings. Options: key (a column), columns (array; all columns of text), free_text (array of columns that others are compared with, but not judged; sentences that hardly repeat are free text anyway), probability (0.05: those below it; 1: every value), sample (5000 distinct values of a column and half to learn from), misspelt (true). Reads what the caller may read; changes nothing.';

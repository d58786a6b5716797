-- How good a model of a yes or no would be on rows it has not seen, and which of several would be best

CREATE FUNCTION crm.query_columns(query text, VARIADIC names text[]) RETURNS regtype[]
    LANGUAGE plpgsql STABLE STRICT COST 1000
    AS $function$
DECLARE
    types regtype[];
BEGIN
    -- A name that the query does not have is found outside of it. No row is fetched.
    EXECUTE (
        SELECT pg_catalog.format('SELECT ARRAY[%s] FROM (SELECT %s) AS absent LEFT JOIN LATERAL (SELECT %s FROM (%s' || pg_catalog.chr(10) || ') AS q LIMIT 0) AS x ON true',
                      pg_catalog.string_agg(pg_catalog.format('nullif(pg_catalog.pg_typeof(x.%I), %L::pg_catalog.regtype)', n.name, 'pg_catalog.regtype'), ', ' ORDER BY n.place),
                      pg_catalog.string_agg(pg_catalog.format('NULL::pg_catalog.regtype AS %I', n.name), ', '), pg_catalog.string_agg(pg_catalog.format('%I', n.name), ', '), query)
          FROM pg_catalog.unnest(names) WITH ORDINALITY AS n (name, place)) INTO types;
    RETURN types;
END
$function$;
COMMENT ON FUNCTION crm.query_columns(text, text[]) IS
    'Support of functions that read a query: the types of its columns of these names, NULL where it has none.';


CREATE FUNCTION crm.features_type(type regtype) RETURNS regtype
    LANGUAGE plpgsql IMMUTABLE COST 100
    SET search_path = pg_catalog, pg_temp
    AS $function$
BEGIN
    IF type = 'jsonb'::regtype THEN
        RETURN type;
    ELSIF type IN ('float8[]'::regtype, 'float4[]'::regtype, 'numeric[]'::regtype, 'int8[]'::regtype, 'int4[]'::regtype, 'int2[]'::regtype) THEN
        RETURN 'float8[]'::regtype;
    END IF;
    RAISE EXCEPTION '%', coalesce('column "features" must be jsonb or float8[], not ' || type, 'query has no column "features"')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Make features with jsonb_build_object(...), or ARRAY[...].';
END
$function$;
COMMENT ON FUNCTION crm.features_type(regtype) IS 'Support of functions that read a query: what its column of features is read as.';


CREATE FUNCTION crm.models_to_compare(models jsonb, features regtype, OUT label text, OUT kind text, OUT options jsonb)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE ROWS 2 COST 1000
    SET search_path = pg_catalog, pg_temp
    AS $function$
DECLARE
    known text[] := ARRAY(
        SELECT substr(p.proname, 5) FROM pg_proc AS p
         WHERE p.pronamespace = 'crm'::regnamespace AND p.proname LIKE 'fit\_%'
           AND p.oid = to_regprocedure(format('crm.%I(boolean, %s, double precision, jsonb)', p.proname, features))
         ORDER BY 1);
BEGIN
    models := coalesce(models, (SELECT jsonb_agg(k.kind) FROM unnest(ARRAY['logistic', 'boosted_trees']) AS k (kind) WHERE k.kind = ANY (known)));
    IF jsonb_typeof(models) NOT IN ('array', 'object') OR models IN ('[]', '{}') THEN
        RAISE EXCEPTION 'models must be an array or an object, not %', models
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Write ["logistic"], or with options {"logistic": {"l2": 1}}, or an array of such.';
    END IF;
    FOR label, kind, options IN
        SELECT o.key || CASE WHEN o.value = '{}' THEN '' ELSE ' ' || o.value::text END, o.key, o.value
          FROM jsonb_array_elements(CASE jsonb_typeof(models) WHEN 'array' THEN models ELSE jsonb_build_array(models) END) WITH ORDINALITY AS m (one, place),
               jsonb_each(CASE jsonb_typeof(m.one) WHEN 'object' THEN m.one ELSE jsonb_build_object(m.one #>> '{}', '{}'::jsonb) END) AS o
         ORDER BY m.place
    LOOP
        IF NOT kind = ANY (known) THEN
            RAISE EXCEPTION 'unknown kind of model: "%"', kind
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('There is no aggregate crm.%I(boolean, %s, double precision, jsonb).', 'fit_' || kind, features),
                      HINT = format('Kinds are %s.', array_to_string(known, ', '));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION crm.models_to_compare(jsonb, regtype) IS
    'Support of crm.cross_validate: the models that an option names, each with its options; unless named, those of logistic and boosted_trees that there are.';


CREATE FUNCTION crm.labelled_rows(query text) RETURNS text
    LANGUAGE plpgsql STABLE STRICT COST 1000
    AS $function$
DECLARE
    types regtype[] := crm.query_columns(query, 'outcome', 'features', 'weight', 'customer', 'at');
BEGIN
    IF types[1] IS DISTINCT FROM 'boolean'::regtype THEN
        RAISE EXCEPTION '%', coalesce('column "outcome" must be boolean, not ' || types[1], 'query has no column "outcome"')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name the columns: SELECT has_left AS outcome, to_jsonb(c) AS features FROM ...';
    END IF;
    RETURN pg_catalog.format($sql$
        SELECT q.outcome, q.features::%s AS features, %s::float8 AS weight, %s AS customer, %s::timestamptz AS at
          FROM (%s
               ) AS q
         WHERE q.outcome IS NOT NULL AND q.features IS NOT NULL%s%s$sql$,
        crm.features_type(types[2]),
        CASE WHEN types[3] IS NULL THEN '1' ELSE 'q.weight' END,
        CASE WHEN types[4] IS NULL THEN 'NULL::text' ELSE 'q.customer::text' END,
        CASE WHEN types[5] IS NULL THEN 'NULL' ELSE 'q.at' END, query,
        CASE WHEN types[3] IS NULL THEN '' ELSE ' AND q.weight IS NOT NULL' END,
        CASE WHEN types[5] IS NULL THEN '' ELSE ' AND q.at IS NOT NULL' END);
END
$function$;
COMMENT ON FUNCTION crm.labelled_rows(text) IS
    'Support of crm.cross_validate: a query for the rows of another one, with every column that is optional there.';


CREATE FUNCTION crm.cross_validate(
    query text,
    options jsonb DEFAULT '{}',
    OUT model text,
    OUT fold int,
    OUT since timestamptz,
    OUT rows bigint,
    OUT positives bigint,
    OUT auc float8,
    OUT log_loss float8,
    OUT brier float8,
    OUT calibration_error float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT ROWS 12 COST 1000000
    AS $function$
DECLARE
    types regtype[] := crm.query_columns(query, 'features', 'weight', 'customer', 'at');
    labelled text := crm.labelled_rows(query);
    unknown text := (SELECT pg_catalog.min(k) FROM pg_catalog.jsonb_object_keys(options) AS k WHERE k NOT IN ('models', 'folds', 'seed', 'by', 'gap'));
    folds int := coalesce((options ->> 'folds')::int, 5);
    seed bigint := coalesce((options ->> 'seed')::bigint, 0);
    gap interval := CASE pg_catalog.jsonb_typeof(options -> 'gap') WHEN 'number' THEN pg_catalog.make_interval(secs => 86400 * (options ->> 'gap')::float8) ELSE (options ->> 'gap')::interval END;
    parting text := coalesce(options ->> 'by', CASE WHEN types[4] IS NOT NULL THEN 'time' WHEN types[3] IS NOT NULL THEN 'customer' ELSE 'row' END);
    place text;
    models text;
    labels text[];
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown option: "%"', unknown USING ERRCODE = 'invalid_parameter_value', HINT = 'Options are models, folds, seed, by and gap.';
    ELSIF folds NOT BETWEEN 2 AND 100 THEN
        RAISE EXCEPTION 'number of folds must be from 2 to 100, not %', folds USING ERRCODE = 'invalid_parameter_value';
    ELSIF parting NOT IN ('row', 'customer', 'time') THEN
        RAISE EXCEPTION 'by must be "row", "customer" or "time", not "%"', parting USING ERRCODE = 'invalid_parameter_value';
    ELSIF parting = 'customer' AND types[3] IS NULL OR parting = 'time' AND types[4] IS NULL THEN
        RAISE EXCEPTION 'query has no column "%" to part its rows by', CASE parting WHEN 'time' THEN 'at' ELSE 'customer' END USING ERRCODE = 'invalid_parameter_value';
    ELSIF gap IS NOT NULL AND parting <> 'time' THEN
        RAISE EXCEPTION 'gap is for folds by time, not by %', parting USING ERRCODE = 'invalid_parameter_value';
    ELSIF gap < interval '0' THEN
        RAISE EXCEPTION 'gap must not be negative: %', gap USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Ranks of hashes make folds of equal size that no order of the rows changes; equal rows are dealt out in turn.
    place := CASE parting
        WHEN 'row' THEN '(pg_catalog.row_number() OVER (ORDER BY l.outcome, pg_catalog.hash_record_extended(ROW(l.features), $2), l.weight) - 1) % $1 + 1'
        WHEN 'customer' THEN '(pg_catalog.dense_rank() OVER (ORDER BY coalesce(pg_catalog.hashtextextended(l.customer COLLATE "C", $2), pg_catalog.hash_record_extended(ROW(l.features), $2))) - 1) % $1 + 1'
        ELSE '(pg_catalog.rank() OVER (ORDER BY l.at) - 1) * ($1 + 1) / pg_catalog.count(*) OVER ()' END;
    SELECT pg_catalog.string_agg(pg_catalog.format('SELECT %s AS place, f.fold, (SELECT crm.%I(l.outcome, l.features, l.weight, %L::jsonb) FROM placed AS l WHERE %s) AS model FROM folds AS f',
                             n.place, 'fit_' || n.kind, n.options,
                             CASE parting WHEN 'time' THEN 'l.fold < f.fold AND l.at < f.since - $3' ELSE 'l.fold <> f.fold' END), ' UNION ALL '),
           pg_catalog.array_agg(n.label ORDER BY n.place)
      INTO models, labels
      FROM ROWS FROM (crm.models_to_compare(options -> 'models', crm.features_type(types[1]))) WITH ORDINALITY AS n (label, kind, options, place);
    RETURN QUERY EXECUTE pg_catalog.format($sql$
        WITH placed AS MATERIALIZED (
            SELECT l.outcome, l.features, l.weight, l.at, (%s)::int AS fold FROM (%s) AS l),
        folds AS MATERIALIZED (SELECT p.fold, pg_catalog.min(p.at) AS since FROM placed AS p WHERE p.fold > 0 GROUP BY p.fold),
        models AS MATERIALIZED (%s),
        judged AS MATERIALIZED (
            SELECT m.place, m.fold, l.outcome, l.weight, crm.predict(m.model, l.features) AS probability
              -- One model after the other: it is decoded when it changes.
              FROM models AS m, LATERAL (SELECT c.outcome, c.features, c.weight FROM placed AS c WHERE c.fold = m.fold OFFSET 0) AS l),
        measured AS (
            SELECT j.place, j.fold, pg_catalog.count(*) AS rows, pg_catalog.count(*) FILTER (WHERE j.outcome) AS positives, pg_catalog.bool_and(j.probability IS NOT NULL) AS is_judged,
                   (crm.auc(j.outcome, j.probability, j.weight)) AS ranking,
                   pg_catalog.sum(j.weight * -pg_catalog.ln(greatest(CASE WHEN j.outcome THEN j.probability ELSE 1 - j.probability END, 2.220446049250313e-16))) / nullif(pg_catalog.sum(j.weight), 0) AS log_loss,
                   pg_catalog.sum(j.weight * (j.probability - j.outcome::int) ^ 2) / nullif(pg_catalog.sum(j.weight), 0) AS brier,
                   %s AS calibration_error
              FROM judged AS j GROUP BY GROUPING SETS ((j.place, j.fold), (j.place))),
        -- Scores of different models are no one ranking: pairs are compared within folds.
        ranked AS (
            SELECT m.place, pg_catalog.sum((m.ranking).auc * (m.ranking).positives * (m.ranking).negatives) / nullif(pg_catalog.sum((m.ranking).positives * (m.ranking).negatives), 0) AS auc
              FROM measured AS m WHERE m.fold IS NOT NULL GROUP BY m.place)
        SELECT ($4)[m.place], m.fold, (SELECT f.since FROM folds AS f WHERE f.fold = m.fold), m.rows, m.positives,
               CASE WHEN m.is_judged AND m.fold IS NULL THEN r.auc WHEN m.is_judged THEN (m.ranking).auc END,
               CASE WHEN m.is_judged THEN m.log_loss END, CASE WHEN m.is_judged THEN m.brier END, CASE WHEN m.is_judged THEN m.calibration_error END
          FROM measured AS m JOIN ranked AS r USING (place) ORDER BY m.place, m.fold
    $sql$, place, labelled, models, CASE WHEN types[2] IS NULL THEN '(crm.calibration_error(j.outcome, j.probability)).expected' ELSE 'NULL::float8' END)
        USING folds, seed, coalesce(gap, interval '0'), labels;
END
$function$;
COMMENT ON FUNCTION crm.cross_validate(text, jsonb) IS
    'Fits models to all folds but one, or to the past, and judges them on that one, or on what followed: a row for each model and fold, and one of each model with fold NULL for all folds. `query` runs with the caller''s rights and gives outcome boolean, features jsonb or float8[], and where wanted weight, customer (all rows of one in one fold) and at (folds by time). Options are models (["logistic"], {"logistic": {"l2": 1}}, or an array of such), folds (5), seed, by ("row", "customer", "time") and gap (days or interval left out before what is judged by time).';


CREATE FUNCTION crm.fit_best(
    query text,
    options jsonb DEFAULT '{}',
    OUT model crm.model,
    OUT chosen text,
    OUT judged jsonb)
    LANGUAGE plpgsql STABLE STRICT COST 1000000
    AS $function$
DECLARE
    measure text := coalesce(options ->> 'measure', 'log_loss');
    features regtype := crm.features_type((crm.query_columns(query, 'features'))[1]);
    best bigint;
    fit text;
BEGIN
    IF measure NOT IN ('log_loss', 'brier', 'auc') THEN
        RAISE EXCEPTION 'measure must be "log_loss", "brier" or "auc", not "%"', measure USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) - 'fold' - 'since' - 'place' ORDER BY c.place),
           (pg_catalog.array_agg(c.place ORDER BY CASE measure WHEN 'auc' THEN -c.auc WHEN 'brier' THEN c.brier ELSE c.log_loss END, c.place)
               FILTER (WHERE c.log_loss IS NOT NULL AND (measure <> 'auc' OR c.auc IS NOT NULL)))[1]
      INTO judged, best
      FROM (SELECT v.*, pg_catalog.row_number() OVER () AS place FROM crm.cross_validate(query, options - 'measure') AS v WHERE v.fold IS NULL) AS c;
    IF best IS NULL THEN
        RAISE EXCEPTION 'no model could be judged' USING ERRCODE = 'data_exception',
            DETAIL = CASE WHEN judged IS NULL THEN 'The query gives no rows to judge by.' ELSE 'No model could be fitted in every fold, or a fold has but one outcome.' END,
            HINT = 'See the rows of crm.cross_validate with the same arguments.';
    END IF;
    SELECT m.label, pg_catalog.format('SELECT crm.%I(l.outcome, l.features, l.weight, %L::jsonb) FROM (%s) AS l', 'fit_' || m.kind, m.options, crm.labelled_rows(query))
      INTO chosen, fit
      FROM ROWS FROM (crm.models_to_compare(options -> 'models', features)) WITH ORDINALITY AS m (label, kind, options, place)
     WHERE m.place = best;
    EXECUTE fit INTO model;
END
$function$;
COMMENT ON FUNCTION crm.fit_best(text, jsonb) IS
    'The best of several models, fitted to all rows of the query: the one that crm.cross_validate, with the same query and options, finds to have the least log-loss (or, by option measure, the least brier or the greatest auc), of equal ones the first. chosen says which, judged what was found of each.';

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


CREATE FUNCTION crm.models_to_compare(models jsonb, features regtype, OUT place int, OUT label text, OUT kind text, OUT options jsonb)
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
    labels text[] := '{}';
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
        IF label = ANY (labels) THEN
            RAISE EXCEPTION 'model is named twice: %', label USING ERRCODE = 'invalid_parameter_value';
        END IF;
        labels := labels || label;
        place := cardinality(labels);
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


CREATE FUNCTION crm.held_out(
    query text,
    options jsonb DEFAULT '{}',
    OUT model text,
    OUT fold int,
    OUT since timestamptz,
    OUT customer text,
    OUT outcome boolean,
    OUT weight float8,
    OUT probability float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT ROWS 10000 COST 1000000
    AS $function$
DECLARE
    types regtype[] := crm.query_columns(query, 'features', 'customer', 'at');
    labelled text := crm.labelled_rows(query);
    unknown text := (SELECT pg_catalog.min(k) FROM pg_catalog.jsonb_object_keys(options) AS k WHERE k NOT IN ('models', 'folds', 'seed', 'by', 'gap'));
    folds int := coalesce((options ->> 'folds')::int, 5);
    seed bigint := coalesce((options ->> 'seed')::bigint, 0);
    gap interval := CASE pg_catalog.jsonb_typeof(options -> 'gap') WHEN 'number' THEN pg_catalog.make_interval(secs => 86400 * (options ->> 'gap')::float8) ELSE (options ->> 'gap')::interval END;
    parting text := coalesce(options ->> 'by', CASE WHEN types[3] IS NOT NULL THEN 'time' WHEN types[2] IS NOT NULL THEN 'customer' ELSE 'row' END);
    place text;
    models text;
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown option: "%"', unknown USING ERRCODE = 'invalid_parameter_value', HINT = 'Options are models, folds, seed, by and gap.';
    ELSIF folds NOT BETWEEN 2 AND 100 THEN
        RAISE EXCEPTION 'number of folds must be from 2 to 100, not %', folds USING ERRCODE = 'invalid_parameter_value';
    ELSIF parting NOT IN ('row', 'customer', 'time') THEN
        RAISE EXCEPTION 'by must be "row", "customer" or "time", not "%"', parting USING ERRCODE = 'invalid_parameter_value';
    ELSIF parting = 'customer' AND types[2] IS NULL OR parting = 'time' AND types[3] IS NULL THEN
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
    SELECT pg_catalog.string_agg(pg_catalog.format('SELECT %L::text AS label, f.fold, f.since, (SELECT crm.%I(l.outcome, l.features, l.weight, %L::jsonb) FROM placed AS l WHERE %s) AS model FROM folds AS f',
                             m.label, 'fit_' || m.kind, m.options,
                             CASE parting WHEN 'time' THEN 'l.fold < f.fold AND l.at <= f.since - $3' ELSE 'l.fold <> f.fold' END), ' UNION ALL ')
      INTO models FROM crm.models_to_compare(options -> 'models', crm.features_type(types[1])) AS m;
    RETURN QUERY EXECUTE pg_catalog.format($sql$
        WITH placed AS MATERIALIZED (SELECT l.*, (%s)::int AS fold FROM (%s) AS l),
        folds AS MATERIALIZED (SELECT p.fold, pg_catalog.min(p.at) AS since FROM placed AS p WHERE p.fold > 0 GROUP BY p.fold),
        models AS MATERIALIZED (%s)
        SELECT m.label, m.fold, m.since, l.customer, l.outcome, l.weight, crm.predict(m.model, l.features)
          -- One model after the other: it is decoded when it changes.
          FROM models AS m, LATERAL (SELECT c.* FROM placed AS c WHERE c.fold = m.fold OFFSET 0) AS l
    $sql$, place, labelled, models) USING folds, seed, coalesce(gap, interval '0');
END
$function$;
COMMENT ON FUNCTION crm.held_out(text, jsonb) IS
    'Predictions for rows that the model has not seen: models are fitted to all folds but one, or to the past, and asked of that one, or of what followed. A row for each model and row judged; its probability is NULL where the fit failed. `query` runs with the caller''s rights and gives outcome boolean, features jsonb or float8[], and where wanted weight, customer (all rows of one in one fold) and at (folds by time). Options are models (["logistic"], {"logistic": {"l2": 1}}, or an array of such), folds (5), seed, by ("row", "customer", "time") and gap (days or interval left out before what is judged by time).';


CREATE FUNCTION crm.judge_models(
    query text,
    options jsonb,
    calibrated boolean,
    OUT place int,
    OUT model text,
    OUT fold int,
    OUT since timestamptz,
    OUT rows bigint,
    OUT positives bigint,
    OUT auc float8,
    OUT log_loss float8,
    OUT brier float8,
    OUT calibration_error float8,
    OUT calibration crm.model)
    RETURNS SETOF record
    LANGUAGE sql STABLE STRICT ROWS 12 COST 1000000
    AS $function$
    WITH judged AS MATERIALIZED (SELECT h.* FROM crm.held_out(query, options) AS h),
    -- What is nearly certain has a square below the least number there is, which would be an error.
    measured AS (
        SELECT j.model, j.fold, pg_catalog.min(j.since) AS since, pg_catalog.count(*) AS rows, pg_catalog.count(*) FILTER (WHERE j.outcome) AS positives,
               pg_catalog.bool_and(j.probability IS NOT NULL) AS is_judged, crm.auc(j.outcome, j.probability, j.weight) AS ranking,
               pg_catalog.sum(j.weight * -pg_catalog.ln(greatest(CASE WHEN j.outcome THEN j.probability ELSE 1 - j.probability END, 2.220446049250313e-16))) / nullif(pg_catalog.sum(j.weight), 0) AS log_loss,
               pg_catalog.sum(j.weight * pg_catalog.power(greatest(pg_catalog.abs(j.probability - j.outcome::int), 1e-100), 2)) / nullif(pg_catalog.sum(j.weight), 0) AS brier,
               CASE WHEN pg_catalog.bool_and(j.weight = 1) THEN (crm.calibration_error(j.outcome, j.probability)).expected END AS calibration_error
          FROM judged AS j GROUP BY GROUPING SETS ((j.model, j.fold), (j.model))),
    -- Scores of different models are no one ranking: pairs are compared within folds.
    ranked AS (
        SELECT m.model, pg_catalog.sum((m.ranking).auc * (m.ranking).positives * (m.ranking).negatives) / nullif(pg_catalog.sum((m.ranking).positives * (m.ranking).negatives), 0) AS auc
          FROM measured AS m WHERE m.fold IS NOT NULL GROUP BY m.model),
    calibrations AS (
        SELECT j.model, crm.fit_calibration(j.outcome, j.probability) AS calibration
          FROM judged AS j WHERE calibrated GROUP BY j.model HAVING pg_catalog.bool_and(j.weight = 1))
    SELECT n.place, m.model, m.fold, CASE WHEN m.fold IS NOT NULL THEN m.since END, m.rows, m.positives,
           CASE WHEN m.is_judged AND m.fold IS NULL THEN r.auc WHEN m.is_judged THEN (m.ranking).auc END,
           CASE WHEN m.is_judged THEN m.log_loss END, CASE WHEN m.is_judged THEN m.brier END, CASE WHEN m.is_judged THEN m.calibration_error END,
           CASE WHEN m.is_judged AND m.fold IS NULL THEN c.calibration END
      FROM measured AS m JOIN ranked AS r USING (model) LEFT JOIN calibrations AS c USING (model)
      JOIN crm.models_to_compare(options -> 'models', crm.features_type((crm.query_columns(query, 'features'))[1])) AS n ON n.label = m.model
     ORDER BY n.place, m.fold
$function$;
COMMENT ON FUNCTION crm.judge_models(text, jsonb, boolean) IS
    'Support of crm.cross_validate and crm.fit_best: the figures of both.';


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
    LANGUAGE sql STABLE STRICT ROWS 12 COST 1000000
    AS $function$
    SELECT j.model, j.fold, j.since, j.rows, j.positives, j.auc, j.log_loss, j.brier, j.calibration_error FROM crm.judge_models(query, options, false) AS j
$function$;
COMMENT ON FUNCTION crm.cross_validate(text, jsonb) IS
    'How good models are on rows that they have not seen: what crm.held_out predicts, with the same query and options, is judged. A row for each model and fold, and one of each model with fold NULL for all folds.';


CREATE FUNCTION crm.fit_best(
    query text,
    options jsonb DEFAULT '{}',
    OUT model crm.model,
    OUT calibration crm.model,
    OUT chosen text,
    OUT judged jsonb)
    LANGUAGE plpgsql STABLE STRICT COST 1000000
    AS $function$
DECLARE
    measure text := coalesce(options ->> 'measure', 'log_loss');
    labelled text := crm.labelled_rows(query);
    fit text;
BEGIN
    IF measure NOT IN ('log_loss', 'brier', 'auc') THEN
        RAISE EXCEPTION 'measure must be "log_loss", "brier" or "auc", not "%"', measure USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH found AS (SELECT j.*, CASE measure WHEN 'auc' THEN -j.auc WHEN 'brier' THEN j.brier ELSE j.log_loss END AS loss
                     FROM crm.judge_models(query, options - 'measure', true) AS j WHERE j.fold IS NULL),
         best AS (SELECT f.* FROM found AS f WHERE f.loss IS NOT NULL ORDER BY f.loss, f.place LIMIT 1)
    SELECT (SELECT b.model FROM best AS b), (SELECT b.calibration FROM best AS b),
           (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f) - '{place,fold,since,calibration,loss}'::text[] ORDER BY f.place) FROM found AS f)
      INTO chosen, calibration, judged;
    IF chosen IS NULL THEN
        RAISE EXCEPTION 'no model could be judged' USING ERRCODE = 'data_exception',
            DETAIL = CASE WHEN judged IS NULL THEN 'The query gives no rows to judge by.' ELSE 'No model could be fitted in every fold, or a fold has but one outcome.' END,
            HINT = 'See the rows of crm.cross_validate with the same arguments.';
    END IF;
    SELECT pg_catalog.format('SELECT crm.%I(l.outcome, l.features, l.weight, %L::jsonb) FROM (%s) AS l', 'fit_' || m.kind, m.options, labelled)
      INTO fit FROM crm.models_to_compare(options -> 'models', crm.features_type((crm.query_columns(query, 'features'))[1])) AS m WHERE m.label = chosen;
    EXECUTE fit INTO model;
END
$function$;
COMMENT ON FUNCTION crm.fit_best(text, jsonb) IS
    'The best of several models, fitted to all rows of the query: the one that crm.cross_validate, with the same query and options, finds to have the least log-loss (or, by option measure, the least brier or the greatest auc), of equal ones the first. calibration is fitted to what it predicted for rows it had not seen, for crm.calibrate (NULL with weights); chosen says which it is, judged what was found of each.';

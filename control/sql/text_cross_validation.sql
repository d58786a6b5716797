-- How good a text classifier would be on comments it has not seen

CREATE FUNCTION crm.cross_validate_text(
    query text,
    folds int DEFAULT 5,
    options jsonb DEFAULT '{}',
    OUT fold int,
    OUT comments bigint,
    OUT accuracy float8,
    OUT macro_f1 float8,
    OUT log_loss float8,
    OUT calibration_error float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT ROWS 6 COST 1000000
    AS $function$
BEGIN
    IF folds NOT BETWEEN 2 AND 100 THEN
        RAISE EXCEPTION 'number of folds must be from 2 to 100, not %', folds USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Equal comments fall into the same fold, so that none is known beforehand.
    RETURN QUERY EXECUTE pg_catalog.format($sql$
        WITH labelled AS MATERIALIZED (
            SELECT q.label::pg_catalog.text AS label, q.comment::pg_catalog.text AS comment,
                   pg_catalog.abs(pg_catalog.hashtextextended(q.comment::pg_catalog.text, 1) %% $1)::int + 1 AS fold
              FROM (%s
                   ) AS q (label, comment)
             WHERE q.label IS NOT NULL AND q.comment IS NOT NULL),
        models AS MATERIALIZED (
            SELECT f.fold, (SELECT crm.fit_text_classifier(l.label, l.comment, $2) FROM labelled AS l WHERE l.fold <> f.fold) AS model
              FROM pg_catalog.generate_series(1, $1) AS f (fold)),
        judged AS MATERIALIZED (
            SELECT l.fold, l.label, top.label AS given, top.probability, top.of_actual
              -- One model after the other: it is decoded when it changes.
              FROM models AS m,
                   LATERAL (SELECT c.fold, c.label, c.comment FROM labelled AS c WHERE c.fold = m.fold OFFSET 0) AS l,
                   LATERAL (SELECT (pg_catalog.array_agg(t.label))[1] AS label, pg_catalog.max(t.probability) AS probability,
                                   coalesce(pg_catalog.max(t.probability) FILTER (WHERE t.label = l.label), 0) AS of_actual
                              FROM crm.classify_top(m.model, l.comment, 65535) AS t) AS top),
        measured AS (
            SELECT j.fold, pg_catalog.count(*) AS comments, crm.classification_report(j.label, j.given) AS report,
                   crm.log_loss(j.of_actual) AS log_loss,
                   (crm.calibration_error(j.label = j.given, j.probability)).expected AS calibration_error
              FROM judged AS j GROUP BY GROUPING SETS ((j.fold), ()))
        SELECT m.fold, m.comments,
               (SELECT r.value FROM pg_catalog.unnest(m.report) AS r WHERE r.section = 'overall' AND r.label = 'accuracy'),
               (SELECT r.f1 FROM pg_catalog.unnest(m.report) AS r WHERE r.section = 'average' AND r.label = 'macro avg'),
               m.log_loss, m.calibration_error
          FROM measured AS m WHERE m.comments > 0 ORDER BY m.fold
    $sql$, query) USING folds, options;
END
$function$;
COMMENT ON FUNCTION crm.cross_validate_text(text, int, jsonb) IS
    'Trains a text classifier on all folds but one and judges it on that one, for each fold: a row each, and one with fold NULL for all comments together. `query` gives (label, comment) rows and runs with the caller''s rights; folds depend on the comments alone. options are those of crm.fit_text_classifier.';

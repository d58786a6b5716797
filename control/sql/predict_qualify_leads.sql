-- Which leads to work, to complete, to nurture or to drop, and who works them

CREATE FUNCTION crm.judge_leads(
    model crm.model,
    leads text,
    as_of timestamptz,
    cost float8,
    half_life float8,
    OUT lead text,
    OUT value float8,
    OUT skill text,
    OUT idle float8,
    OUT fresh float8,
    OUT probability float8,
    OUT expected_profit float8,
    OUT completeness float8,
    OUT missing text[],
    OUT reasons text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE ROWS 1000 COST 100000
    AS $function$
DECLARE
    types regtype[] := crm.query_columns(leads, 'lead', 'value', 'features', 'probability', 'last_activity', 'skill');
    features text := CASE WHEN types[3] IS NULL THEN 'NULL::jsonb' ELSE 'q.features::' || crm.features_type(types[3]) END;
BEGIN
    IF types[1] IS NULL OR types[2] IS NULL THEN
        RAISE EXCEPTION 'query of leads has no column "%"', CASE WHEN types[1] IS NULL THEN 'lead' ELSE 'value' END USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Name the columns: SELECT id AS lead, amount AS value, to_jsonb(c) AS features FROM ...';
    ELSIF types[4] IS NULL AND (model IS NULL OR types[3] IS NULL) THEN
        RAISE EXCEPTION 'leads need a probability, or features and a model' USING ERRCODE = 'invalid_parameter_value';
    ELSIF half_life IS NOT NULL AND (as_of IS NULL OR types[5] IS NULL) THEN
        RAISE EXCEPTION 'half_life needs as_of and a column "last_activity"' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE pg_catalog.format($sql$
        -- The query of leads comes first: it must not find what is named here in place of a table of that name.
        WITH given AS (
            SELECT q.lead::text AS lead, q.value::float8 AS value, %s AS features, %s::float8 AS fresh, %s AS skill, %s AS idle
              FROM (%s
                   ) AS q),
        matters AS MATERIALIZED (SELECT i.feature, i.share FROM crm.importance($1) AS i)
        SELECT g.lead, g.value, g.skill, g.idle, g.fresh, f.probability, f.probability * g.value - $2,
               CASE WHEN g.features IS NOT NULL AND EXISTS (SELECT FROM matters) THEN 1 - coalesce(k.share, 0) END, k.missing,
               CASE WHEN f.probability * g.value > $2 THEN crm.why($1, g.features, '{reasons}') END
          FROM given AS g,
               -- Beyond a hundred half-lives nothing is left, and soon no number would be.
               LATERAL (SELECT g.fresh * pg_catalog.power(0.5::float8, least(coalesce(greatest(g.idle, 0) / $3, 0), 100)) AS probability) AS f,
               LATERAL (SELECT pg_catalog.sum(m.share) AS share, (pg_catalog.array_agg(m.feature ORDER BY m.share DESC, m.feature COLLATE "C"))[1:3] AS missing
                          FROM crm.explain($1, g.features) AS e JOIN matters AS m USING (feature) WHERE e.value IN ('missing', 'unknown') AND m.share > 0) AS k
        $sql$,
        features, CASE WHEN types[4] IS NULL THEN 'crm.predict($1, ' || features || ')' ELSE 'q.probability' END,
        CASE WHEN types[6] IS NULL THEN 'NULL::text' ELSE 'q.skill::text' END,
        CASE WHEN half_life IS NULL THEN 'NULL::float8' ELSE 'CASE WHEN pg_catalog.isfinite(q.last_activity::timestamptz) THEN extract(epoch FROM $4 - q.last_activity::timestamptz)::float8 / 86400 END' END,
        leads) USING model, cost, half_life, as_of;
END
$function$;
COMMENT ON FUNCTION crm.judge_leads(crm.model, text, timestamptz, float8, float8) IS
    'Support of crm.qualify_leads: what a lead promises, and what is not known of it.';


CREATE FUNCTION crm.in_short(number numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.trim_scale(pg_catalog.round(number, 2));
COMMENT ON FUNCTION crm.in_short(numeric) IS 'Support of sentences: a number with two decimals at most.';


CREATE FUNCTION crm.qualify_leads(
    model crm.model,
    leads text,
    sellers text DEFAULT NULL,
    as_of timestamptz DEFAULT NULL,
    options jsonb DEFAULT '{}',
    OUT lead text,
    OUT rank int,
    OUT decision text,
    OUT seller text,
    OUT probability float8,
    OUT value float8,
    OUT expected_profit float8,
    OUT completeness float8,
    OUT why text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE ROWS 1000 COST 100000
    AS $function$
DECLARE
    unknown text := (SELECT pg_catalog.min(k) FROM pg_catalog.jsonb_object_keys(options) AS k WHERE k NOT IN ('cost', 'minimum_profit', 'completeness', 'half_life', 'capacity'));
    cost float8 := coalesce((options ->> 'cost')::float8, 0);
    least float8 := coalesce((options ->> 'minimum_profit')::float8, 0);
    enough float8 := coalesce((options ->> 'completeness')::float8, 0.5);
    half_life float8 := CASE pg_catalog.jsonb_typeof(options -> 'half_life') WHEN 'number' THEN (options ->> 'half_life')::float8 ELSE crm.days((options ->> 'half_life')::interval) END;
    -- Without a query of sellers there is one who has no name and can do everything.
    names text[] := ARRAY[NULL];
    capacities bigint[] := ARRAY[(options ->> 'capacity')::bigint];
    abilities jsonb[] := ARRAY[NULL];
    exhausted text[] := '{}';  -- skills of which nobody has time left, NULL for who needs none
    best int;
    one record;
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown option: "%"', unknown USING ERRCODE = 'invalid_parameter_value', HINT = 'Options are cost, minimum_profit, completeness, half_life and capacity.';
    ELSIF cost IN ('NaN', 'Infinity', '-Infinity') OR least IN ('NaN', 'Infinity', '-Infinity') THEN
        RAISE EXCEPTION '%', CASE WHEN cost IN ('NaN', 'Infinity', '-Infinity') THEN 'cost must be finite, not ' || cost ELSE 'minimum_profit must be finite, not ' || least END
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF half_life <= 0 THEN
        RAISE EXCEPTION 'half_life must be positive, not %', options ->> 'half_life' USING ERRCODE = 'invalid_parameter_value';
    ELSIF enough NOT BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'completeness must be between 0 and 1, not %', enough USING ERRCODE = 'invalid_parameter_value';
    ELSIF sellers IS NOT NULL AND options ? 'capacity' THEN
        RAISE EXCEPTION 'capacity is that of the sellers where there are any' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF sellers IS NOT NULL THEN
        -- Those of the fewest skills first, so that who can do more stays free.
        EXECUTE pg_catalog.format($sql$
            SELECT coalesce(pg_catalog.array_agg(s.seller ORDER BY s.place), '{}'), coalesce(pg_catalog.array_agg(s.capacity ORDER BY s.place), '{}'), coalesce(pg_catalog.array_agg(s.skills ORDER BY s.place), '{}')
              FROM (SELECT q.seller::text AS seller, q.capacity::bigint AS capacity, pg_catalog.to_jsonb(%1$s) AS skills,
                           pg_catalog.row_number() OVER (ORDER BY pg_catalog.cardinality(%1$s), q.seller::text COLLATE "C") AS place
                      FROM (%2$s
                           ) AS q) AS s
        $sql$, CASE WHEN (crm.query_columns(sellers, 'skills'))[1] IS NULL THEN 'NULL::text[]' ELSE 'q.skills::text[]' END, sellers) INTO names, capacities, abilities;
    END IF;
    IF 0 > ANY (capacities) OR sellers IS NOT NULL AND pg_catalog.array_position(capacities, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'capacity must be 0 or more' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    rank := 0;
    FOR one IN SELECT * FROM crm.judge_leads(model, leads, as_of, cost, half_life) AS j ORDER BY j.expected_profit DESC NULLS LAST, j.lead COLLATE "C" LOOP
        rank := rank + 1;
        lead := one.lead;
        probability := one.probability;
        value := one.value;
        expected_profit := one.expected_profit;
        completeness := one.completeness;
        seller := NULL;
        IF one.fresh NOT BETWEEN 0 AND 1 OR value IN ('NaN', 'Infinity', '-Infinity') THEN
            RAISE EXCEPTION '%', CASE WHEN one.fresh BETWEEN 0 AND 1 THEN 'value must be finite, not ' || value ELSE 'probability must be between 0 and 1, not ' || one.fresh END
                USING ERRCODE = 'invalid_parameter_value', DETAIL = pg_catalog.format('It is that of lead %s.', lead);
        ELSIF expected_profit IS NULL THEN
            decision := 'complete';
            why := CASE WHEN value IS NULL THEN 'its value is not known' ELSE 'its probability is not known' END;
        ELSIF value - cost <= least THEN
            decision := 'drop';
            why := pg_catalog.format('even if won, its value of %s less the cost of %s is not above %s', crm.in_short(value::numeric), crm.in_short(cost::numeric), crm.in_short(least::numeric));
        ELSIF completeness < enough THEN
            decision := 'complete';
            why := pg_catalog.format('ask for %s: %s %% of what the model goes by is not known', pg_catalog.array_to_string(one.missing, ', '), pg_catalog.round(100 * (1 - completeness)));
        ELSIF expected_profit > least THEN
            best := NULL;
            IF pg_catalog.array_position(exhausted, one.skill) IS NULL THEN
                FOR i IN 1 .. pg_catalog.cardinality(names) LOOP
                    CONTINUE WHEN capacities[i] = 0 OR NOT coalesce(abilities[i] ? one.skill, true);
                    EXIT WHEN best IS NOT NULL AND pg_catalog.jsonb_array_length(abilities[i]) IS DISTINCT FROM pg_catalog.jsonb_array_length(abilities[best]);
                    best := CASE WHEN best IS NULL OR capacities[i] > capacities[best] THEN i ELSE best END;
                END LOOP;
                exhausted := CASE WHEN best IS NULL THEN pg_catalog.array_append(exhausted, one.skill) ELSE exhausted END;
            END IF;
            IF best IS NULL THEN
                decision := 'nurture';
                why := 'worth working, but nobody ' || coalesce('of skill ' || one.skill || ' ', '') || 'has time left';
            ELSE
                decision := 'work';
                seller := names[best];
                capacities[best] := capacities[best] - 1;
                why := pg_catalog.format('%s %% to win %s', pg_catalog.round(100 * probability), crm.in_short(value::numeric)) || coalesce(': ' || one.reasons, '');
            END IF;
        ELSIF one.fresh * value - cost > least THEN
            decision := 'nurture';
            why := pg_catalog.format('idle for %s days, in which its %s %% became %s %%', pg_catalog.round(one.idle), pg_catalog.round(100 * one.fresh), pg_catalog.round(100 * probability));
        ELSE
            decision := 'drop';
            why := pg_catalog.format('its expected profit of %s is not above %s', crm.in_short(expected_profit::numeric), crm.in_short(least::numeric));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION crm.qualify_leads(crm.model, text, text, timestamptz, jsonb) IS
    'Which leads to work, and by whom; which to complete, nurture or drop; and why: the most profitable first. `leads` gives lead, value and features, and where wanted probability (a calibrated one, instead of the model''s), last_activity and skill; `sellers` gives seller, capacity and where wanted skills text[]. Both run with the caller''s rights. Options: cost of working a lead, minimum_profit, completeness (0.5: the least share of what the model goes by that must be known), half_life of a lead since its last activity (days or interval), and capacity where there is no query of sellers.';

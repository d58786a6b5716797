-- Charts of a workspace, as Vega-Lite specifications with their data in them
--   SELECT crm.chart_spec('shop', 'cohort');

-- A chart is a row: what it shows is a query, how it shows it is a specification. A domain adds charts by adding rows.
CREATE TABLE crm.workspace_chart (
    chart text PRIMARY KEY,
    "position" int NOT NULL,
    section text NOT NULL,
    title text NOT NULL,
    meaning text NOT NULL,
    needs_view text NOT NULL,
    query text NOT NULL,
    finding text,
    spec jsonb NOT NULL
);
COMMENT ON TABLE crm.workspace_chart IS 'The charts that crm.chart_spec draws.';
COMMENT ON COLUMN crm.workspace_chart.chart IS 'Name of the chart.';
COMMENT ON COLUMN crm.workspace_chart."position" IS 'Order on a page.';
COMMENT ON COLUMN crm.workspace_chart.section IS 'The part of a page that it belongs to: charts that follow each other and share a section stand together.';
COMMENT ON COLUMN crm.workspace_chart.title IS 'Title.';
COMMENT ON COLUMN crm.workspace_chart.meaning IS 'How the chart is read.';
COMMENT ON COLUMN crm.workspace_chart.needs_view IS 'The view that it shows: a workspace without it has no such chart.';
COMMENT ON COLUMN crm.workspace_chart.query IS
    'Query of its rows, few of them however large the workspace is; the search path holds pg_catalog and the workspace.';
COMMENT ON COLUMN crm.workspace_chart.finding IS 'Query of one sentence: what the chart shows this time.';
COMMENT ON COLUMN crm.workspace_chart.spec IS 'Vega-Lite specification without data, title, description and theme; {"height": {"step": 20}} is the height of each value of the y axis.';
GRANT SELECT ON crm.workspace_chart TO PUBLIC;

CREATE FUNCTION crm.charts(workspace name DEFAULT NULL)
    RETURNS TABLE (chart text, title text, "position" int, section text, meaning text, needs_view text)
    LANGUAGE sql STABLE ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.chart, c.title, c."position", c.section, c.meaning, c.needs_view
      FROM crm.workspace_chart AS c
     WHERE charts.workspace IS NULL OR pg_catalog.to_regclass(pg_catalog.format('%I.%I', charts.workspace, c.needs_view)) IS NOT NULL
     ORDER BY c."position", c.chart
$$;
COMMENT ON FUNCTION crm.charts(name) IS 'The charts that there are, in the order of a page; with a workspace, those that it has the view for.';

CREATE FUNCTION crm.chart_theme(theme text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ink CONSTANT jsonb := pg_catalog.to_jsonb(CASE theme WHEN 'light' THEN '#1f2328'::text WHEN 'dark' THEN '#e6e8eb' END);
    narrower CONSTANT jsonb := '{"expr": "width < 400 ? 150 : 240"}';
BEGIN
    IF ink IS NULL THEN
        RAISE EXCEPTION 'unknown theme "%"', theme
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Known are light and dark.';
    END IF;
    -- The colours of marks are the same in both: each stands out 3 to 1 from either background, as WCAG 2.1 asks of graphics.
    RETURN pg_catalog.jsonb_build_object(
        'background', CASE theme WHEN 'light' THEN '#ffffff' ELSE '#16181d' END,
        'font', 'system-ui, sans-serif',
        'view', '{"stroke": null}'::jsonb,
        'axis', pg_catalog.jsonb_build_object(
            'labelColor', ink, 'titleColor', ink, 'domainColor', ink, 'tickColor', ink, 'gridColor', ink, 'gridOpacity', 0.15,
            'labelFontSize', 12, 'titleFontSize', 12, 'titleFontWeight', 'normal', 'labelLimit', narrower),
        'legend', pg_catalog.jsonb_build_object(
            'labelColor', ink, 'titleColor', ink, 'labelFontSize', 12, 'titleFontSize', 12, 'titleFontWeight', 'normal',
            'orient', 'top', 'labelLimit', narrower, 'columns', '{"expr": "width < 400 ? 2 : 3"}'::jsonb),
        'title', pg_catalog.jsonb_build_object(
            'color', ink, 'subtitleColor', ink, 'anchor', 'start', 'fontSize', 16, 'subtitleFontSize', 13),
        'bar', '{"color": "#3b82f6"}'::jsonb,
        'rect', '{"color": "#2563eb"}'::jsonb,
        'line', '{"color": "#3b82f6", "strokeWidth": 2}'::jsonb,
        'point', '{"color": "#3b82f6", "filled": true}'::jsonb,
        'rule', pg_catalog.jsonb_build_object('color', ink),
        'text', pg_catalog.jsonb_build_object('color', ink, 'fontSize', 11),
        'style', pg_catalog.jsonb_build_object('reference', pg_catalog.jsonb_build_object(
            'color', ink, 'stroke', ink, 'strokeWidth', 1, 'strokeDash', '[4, 4]'::jsonb, 'opacity', 0.7)),
        'range', '{"category": ["#3b82f6", "#d9660d", "#1f9d63", "#a855f7", "#e0457b", "#8a8023"]}'::jsonb);
END
$$;
COMMENT ON FUNCTION crm.chart_theme(text) IS 'Vega-Lite configuration of the charts for a light or a dark background.';

CREATE FUNCTION crm.chart_spec(workspace name, chart text, theme text DEFAULT 'light') RETURNS jsonb
    -- Not parallel safe: what it runs may then be parallel itself.
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked crm.workspace_chart;
    shown jsonb;
    says text;
    row_count float8;
BEGIN
    SELECT c.* INTO asked FROM crm.workspace_chart AS c WHERE c.chart = chart_spec.chart;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown chart "%"', chart
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Known are ' || (SELECT string_agg(c.chart, ', ') FROM crm.charts() AS c) || '.';
    END IF;
    IF to_regnamespace(quote_ident(workspace)) IS NULL THEN
        RAISE EXCEPTION 'there is no workspace "%"', workspace
            USING ERRCODE = 'undefined_object', HINT = 'crm.create_workspace makes one.';
    END IF;
    IF to_regclass(format('%I.%I', workspace, asked.needs_view)) IS NULL THEN
        RAISE EXCEPTION 'workspace "%" has no view %', workspace, asked.needs_view
            USING ERRCODE = 'undefined_table',
                  HINT = 'Charts that it has the views for: '
                         || coalesce((SELECT string_agg(c.chart, ', ') FROM crm.charts(workspace) AS c), 'none') || '.';
    END IF;

    -- The function's own setting of search_path ends this one too.
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', workspace), true);
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(shown)), ''[]'') FROM (%s) AS shown', asked.query) INTO shown;
    IF asked.finding IS NOT NULL THEN
        EXECUTE asked.finding INTO says;
    END IF;
    says := CASE WHEN shown = '[]' THEN 'There are no data for this chart.' ELSE coalesce(says, '') END;
    -- Of a chart that is as high as it has bars, Vega-Lite would fit the width only under protest.
    IF asked.spec #> '{height,step}' IS NOT NULL THEN
        SELECT greatest(count(DISTINCT r -> (asked.spec #>> '{encoding,y,field}')), 1) INTO row_count FROM jsonb_array_elements(shown) AS r;
        asked.spec := asked.spec || jsonb_build_object('height', row_count * (asked.spec #>> '{height,step}')::float8);
    END IF;
    RETURN '{"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "width": 640, "autosize": {"type": "fit-x", "contains": "padding"}}'
        || asked.spec
        || jsonb_build_object(
            'title', jsonb_build_object('text', asked.title, 'subtitle', says),
            'description', concat_ws(' ', asked.title || '.', nullif(says, ''), asked.meaning),
            'data', jsonb_build_object('values', shown),
            'config', crm.chart_theme(theme));
END
$$;
COMMENT ON FUNCTION crm.chart_spec(name, text, text) IS
    'A chart of a workspace as a complete Vega-Lite specification, with its data in it, for a light or a dark background. crm.charts() names the charts.';

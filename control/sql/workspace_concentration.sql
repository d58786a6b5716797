-- Step concentration: how few bring how much

INSERT INTO crm.workspace_step (name, position, makes, customer_join, meaning)
VALUES ('concentration', 50, '{concentration_of_run,concentration_curve_of_run,concentration_figure_of_run}',
        'LEFT JOIN concentration_figure_of_run AS figure ON figure.run = published.run', 'shares of the revenue by tenth of the customers');

INSERT INTO crm.workspace_column
VALUES ('concentration', 140, 'decile', '10 - width_bucket(fact.revenue, figure.decile_thresholds)', 'Tenth of the customers by revenue: 1 is the top tenth; those who brought the same are in the same, the best that any of them falls in.');

CREATE FUNCTION crm.set_up_concentration(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS concentration_of_run (
        run bigint, decile int, customers bigint, revenue float8, share float8, cumulative_share float8, lowest float8, highest float8,
        PRIMARY KEY (run, decile));
    CREATE OR REPLACE VIEW concentration AS
    SELECT published.as_of, tenth.decile, tenth.customers, tenth.revenue, tenth.share, tenth.cumulative_share, tenth.lowest, tenth.highest
    FROM published JOIN concentration_of_run AS tenth USING (run);
    COMMENT ON VIEW concentration IS 'Customers by revenue in tenths, 1 the top, and what each brought.';
    CREATE TABLE IF NOT EXISTS concentration_figure_of_run (
        run bigint PRIMARY KEY, gini float8, top_20_share float8, decile_thresholds float8[]);
    CREATE TABLE IF NOT EXISTS concentration_curve_of_run (run bigint, customers_share float8, revenue_share float8, PRIMARY KEY (run, customers_share));
    CREATE OR REPLACE VIEW concentration_curve AS
    SELECT published.as_of, point.customers_share, point.revenue_share FROM published JOIN concentration_curve_of_run AS point USING (run);
    COMMENT ON VIEW concentration_curve IS 'The Lorenz curve: the share of revenue that a share of the customers brings, least first.';
END $$;
COMMENT ON FUNCTION crm.set_up_concentration(regtype) IS 'Tables and views of step concentration.';

CREATE FUNCTION crm.refresh_concentration(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    revenue_lorenz crm.lorenz;
BEGIN
    DELETE FROM concentration_of_run WHERE run = this_run;
    DELETE FROM concentration_curve_of_run WHERE run = this_run;
    DELETE FROM concentration_figure_of_run WHERE run = this_run;
    -- A customer whose refunds exceed the orders brought nothing.
    SELECT crm.lorenz(greatest(revenue, 0)) INTO revenue_lorenz FROM customer_fact WHERE superseded IS NULL;
    IF crm.total(revenue_lorenz) > 0 IS NOT TRUE THEN
        message := 'there is no revenue';
        rows := 0;
        RETURN;
    END IF;
    INSERT INTO concentration_of_run
    SELECT this_run, tenth.decile, tenth.customers, tenth.revenue, tenth.share, tenth.cumulative_share, tenth.lowest, tenth.highest
    FROM crm.deciles(revenue_lorenz) AS tenth;
    GET DIAGNOSTICS rows = ROW_COUNT;
    INSERT INTO concentration_curve_of_run SELECT this_run, point.customers, point.revenue FROM crm.lorenz_curve(revenue_lorenz) AS point;
    INSERT INTO concentration_figure_of_run
    -- Fewer than ten customers leave the last tenths empty.
    SELECT this_run, crm.gini(revenue_lorenz), crm.top_share(revenue_lorenz, 0.2), array_agg(coalesce(tenth.lowest, '-infinity') ORDER BY place DESC)
    FROM generate_series(1, 9) AS place LEFT JOIN concentration_of_run AS tenth ON tenth.run = this_run AND tenth.decile = place;
END $$;
COMMENT ON FUNCTION crm.refresh_concentration(bigint, date, jsonb) IS 'Step concentration.';

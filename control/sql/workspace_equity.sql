-- Step equity: what all customers together are worth, and what changed it since the run before. Step summary: the headline

INSERT INTO crm.workspace_step (name, position, optional, makes, keeps, meaning)
VALUES ('equity', 70, false, '{}', '{equity_of_run}', 'what all customers together are worth, and what changed it'),
       ('summary', 80, false, '{}', '{summary_of_run}', 'the headline figures of the run');

CREATE FUNCTION crm.set_up_equity(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS equity_of_run (
        run bigint PRIMARY KEY, from_as_of date, opening numeric, revalued numeric, acquired numeric, grown numeric, lapsed numeric, lost numeric,
        closing numeric);
    CREATE OR REPLACE VIEW equity AS
    SELECT done.as_of, part.from_as_of, part.opening, part.revalued, part.acquired, part.grown, part.lapsed, part.lost, part.closing, part.run
    FROM equity_of_run AS part JOIN refresh_run AS done USING (run) JOIN published ON part.run <= published.run;
    COMMENT ON VIEW equity IS
        'Customer equity, the sum of all lifetime values, of each run: opening + revalued + acquired + grown + lapsed + lost = closing.';
    COMMENT ON COLUMN equity.run IS 'The run, of which a day may have several: the higher the later.';
    COMMENT ON COLUMN equity.opening IS 'Closing of the run before.';
    COMMENT ON COLUMN equity.revalued IS 'What another model, horizon or discount rate says of the same customers on the same day.';
    COMMENT ON COLUMN equity.acquired IS 'Value of customers who were none then.';
    COMMENT ON COLUMN equity.grown IS 'Gains of customers who are worth more.';
    COMMENT ON COLUMN equity.lapsed IS 'Losses (negative) of customers who are worth less, but have not lapsed.';
    COMMENT ON COLUMN equity.lost IS 'Losses (negative) of customers in stage lapsed, and of those whose orders were removed.';
END $$;
COMMENT ON FUNCTION crm.set_up_equity(regtype) IS 'Tables and views of step equity.';

-- Customers whose orders did not change are counted by step scores; here the others, few, one by one.
CREATE FUNCTION crm.refresh_equity(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last record;  -- a type of the first workspace of a session would be that of all
BEGIN
    DELETE FROM equity_of_run WHERE run = this_run;
    SELECT * INTO last FROM published;
    rows := 1;
    IF last.run IS NULL THEN
        INSERT INTO equity_of_run
        SELECT this_run, NULL, 0, 0, total, 0, 0, 0, total
        FROM (SELECT coalesce(round(crm.exact_sum(clv)::numeric, 2), 0) AS total FROM stage_total_of_run WHERE run = this_run) AS now;
        RETURN;
    END IF;

    INSERT INTO equity_of_run
    WITH valued AS MATERIALIZED (
        SELECT changed.customer, changed.was, history.lifecycle,
               coalesce(crm.expected_purchases(basis.buying, changed.frequency, changed.last_order - changed.first_order, changed.day - changed.first_order,
                                               basis.horizon_days, basis.discount_rate)
                        * crm.expected_spend(basis.spending, changed.frequency, changed.monetary), 0) AS value
        FROM run_basis AS basis, (
            SELECT old.*, true AS was, last.as_of AS day FROM customer_fact AS old WHERE old.superseded = this_run
            UNION ALL
            SELECT new.*, false, refresh_equity.as_of FROM customer_fact AS new WHERE new.run = this_run) AS changed
        LEFT JOIN history ON history.superseded IS NULL AND history.first_order = changed.first_order AND history.last_order = changed.last_order
            AND history.frequency = changed.frequency AND history.returned = changed.returned
        WHERE basis.run = this_run
    ), change AS (
        SELECT coalesce(new.lifecycle, 'lapsed') AS lifecycle, coalesce(old.value, 0) AS value_before, coalesce(new.value, 0) - coalesce(old.value, 0) AS change,
               old.customer IS NULL AS is_new
        FROM (SELECT * FROM valued WHERE was) AS old FULL JOIN (SELECT * FROM valued WHERE NOT was) AS new USING (customer)
    ), part AS (
        SELECT lifecycle, stayed_before AS value_before, NULL::float8 AS acquired, stayed_gain AS gain, stayed_loss AS loss
        FROM stage_total_of_run WHERE run = this_run
        UNION ALL
        SELECT lifecycle, value_before, CASE WHEN is_new THEN change END, CASE WHEN NOT is_new AND change > 0 THEN change END,
               CASE WHEN NOT is_new AND change < 0 THEN change END
        FROM change
    ), summed AS (
        SELECT coalesce(round(crm.exact_sum(value_before)::numeric, 2), 0) AS then_now,
               coalesce(round(crm.exact_sum(acquired)::numeric, 2), 0) AS acquired,
               coalesce(round(crm.exact_sum(gain)::numeric, 2), 0) AS grown,
               coalesce(round(crm.exact_sum(loss) FILTER (WHERE lifecycle IS DISTINCT FROM 'lapsed')::numeric, 2), 0) AS lapsed,
               coalesce(round(crm.exact_sum(loss) FILTER (WHERE lifecycle = 'lapsed')::numeric, 2), 0) AS lost
        FROM part
    )
    SELECT this_run, last.as_of, earlier.closing, summed.then_now - earlier.closing, summed.acquired, summed.grown, summed.lapsed, summed.lost,
           summed.then_now + summed.acquired + summed.grown + summed.lapsed + summed.lost
    FROM summed JOIN equity_of_run AS earlier ON earlier.run = last.run;
END $$;
COMMENT ON FUNCTION crm.refresh_equity(bigint, date, jsonb) IS 'Step equity.';

CREATE FUNCTION crm.set_up_summary(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS summary_of_run (
        run bigint PRIMARY KEY, customers bigint, new_customers bigint, active_customers float8, orders bigint, revenue float8, gini float8,
        top_20_share float8, expected_orders float8, clv float8, at_risk_customers bigint, at_risk_clv float8);
    CREATE OR REPLACE VIEW summary AS
    SELECT done.as_of, figures.customers, figures.new_customers, figures.active_customers, figures.orders, figures.revenue, figures.gini,
           figures.top_20_share, figures.expected_orders, figures.clv, figures.at_risk_customers, figures.at_risk_clv, figures.run
    FROM summary_of_run AS figures JOIN refresh_run AS done USING (run) JOIN published ON figures.run <= published.run;
    COMMENT ON VIEW summary IS 'The headline figures of each complete run.';
    COMMENT ON COLUMN summary.run IS 'The run, of which a day may have several: the higher the later.';
    COMMENT ON COLUMN summary.new_customers IS 'Customers whose first order was in the 30 days before.';
    COMMENT ON COLUMN summary.active_customers IS 'Sum of the probabilities that each customer is still one.';
    COMMENT ON COLUMN summary.gini IS 'Concentration of the revenue: 0 all alike, towards 1 all from few.';
    COMMENT ON COLUMN summary.top_20_share IS 'Share of the revenue that the top fifth of the customers brought.';
    COMMENT ON COLUMN summary.clv IS 'Customer equity: the sum of all lifetime values.';
    COMMENT ON COLUMN summary.at_risk_clv IS 'Lifetime values of the customers in stage at risk.';
END $$;
COMMENT ON FUNCTION crm.set_up_summary(regtype) IS 'Tables and views of step summary.';

CREATE FUNCTION crm.refresh_summary(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    DELETE FROM summary_of_run WHERE run = this_run;
    INSERT INTO summary_of_run
    SELECT this_run, coalesce(sum(customers), 0), coalesce(sum(new_customers), 0), crm.exact_sum(p_alive), coalesce(sum(orders), 0), coalesce(sum(revenue), 0),
           (SELECT gini FROM concentration_figure_of_run WHERE run = this_run),
           (SELECT top_20_share FROM concentration_figure_of_run WHERE run = this_run),
           crm.exact_sum(expected_orders), crm.exact_sum(clv),
           coalesce(sum(customers) FILTER (WHERE lifecycle = 'at risk'), 0), coalesce(crm.exact_sum(clv) FILTER (WHERE lifecycle = 'at risk'), 0)
    FROM stage_total_of_run WHERE run = this_run;
    GET DIAGNOSTICS rows = ROW_COUNT;
END $$;
COMMENT ON FUNCTION crm.refresh_summary(bigint, date, jsonb) IS 'Step summary.';

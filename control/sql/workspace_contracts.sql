-- Step contracts: who has one, how long such contracts last, and how likely each is to be renewed. A contract's age counts
-- in periods; of the period that it is in, nothing is known until its end, neither of those who stay nor of those who leave.

INSERT INTO crm.workspace_role VALUES
    ('contracts', 1, 'customer', 'customer', true, 'whose contract it is'),
    ('contracts', 2, 'started_at', 'time', true, 'when it began'),
    ('contracts', 3, 'ended_at', 'time', true, 'when it ended, the first day without it; NULL while it runs');

INSERT INTO crm.workspace_step (name, position, role, optional, makes, keeps, versions, of_source, customer_join, meaning)
VALUES ('contracts', 95, 'contracts', false, '{contract_basis,contract_score_of_run,contract_survival_of_run}', '{fitted_model}',
        '{running_contract}',
        '{running_contract,contract_basis,contract_score_of_run,contract_survival_of_run}',
        'LEFT JOIN contract_basis AS renewing ON renewing.run = published.run
         LEFT JOIN running_contract AS held ON held.customer = fact.customer AND held.is_oldest AND held.run <= published.run
             AND (held.superseded IS NULL OR held.superseded > published.run)
         LEFT JOIN contract_score_of_run AS renewal ON renewal.run = published.run
             AND renewal.renewals = (published.as_of - held.started_at) / renewing.period_days',
        'learns how long contracts last, and says how likely each is to be renewed');

INSERT INTO crm.workspace_column VALUES
    ('contracts', 660, 'contract_since', 'held.started_at', 'Start of the contract of the customer that has been running longest; NULL: none runs.'),
    ('contracts', 670, 'renewal_probability', 'renewal.renewal_probability',
     'Probability that this contract is renewed when its present period ends (0 to 1); NULL also where too few contracts have ended to tell.');

CREATE FUNCTION crm.set_up_contracts(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO setting VALUES
        ('contract_period_days', '30', 'days of a period of contracts, after each of which they are renewed or lost'),
        ('contract_least_outcomes', '20', 'contracts renewed, and contracts lost, that a model of contracts needs')
    ON CONFLICT (name) DO NOTHING;

    EXECUTE format('CREATE TABLE IF NOT EXISTS running_contract (
        customer %s, started_at date, run bigint, superseded bigint, contracts bigint NOT NULL, is_oldest boolean NOT NULL,
        PRIMARY KEY (customer, started_at, run))', customer_type);
    COMMENT ON TABLE running_contract IS 'Contracts that run, in versions like those of customer_fact.';
    COMMENT ON COLUMN running_contract.is_oldest IS 'Whether none that runs is older, of the same customer.';
    CREATE INDEX IF NOT EXISTS running_contract_run ON running_contract (run);
    CREATE INDEX IF NOT EXISTS running_contract_superseded ON running_contract (superseded) WHERE superseded IS NOT NULL;

    CREATE TABLE IF NOT EXISTS contract_basis (run bigint PRIMARY KEY, period_days int NOT NULL, model crm.model, fitted_as_of date);
    COMMENT ON TABLE contract_basis IS 'What a run says of contracts by; the model is NULL where there is too little to learn from.';

    CREATE TABLE IF NOT EXISTS contract_score_of_run (
        run bigint, renewals int, renewal_probability float8, residual_periods float8, PRIMARY KEY (run, renewals));
    COMMENT ON TABLE contract_score_of_run IS 'What the model says of contracts that were renewed so often.';

    CREATE OR REPLACE VIEW contract AS
    SELECT published.as_of, held.customer, held.started_at, held.contracts, renewed.renewals,
           held.started_at + (renewed.renewals + 1) * basis.period_days AS next_renewal, score.renewal_probability, score.residual_periods
    FROM published JOIN contract_basis AS basis USING (run)
    JOIN running_contract AS held ON held.run <= published.run AND (held.superseded IS NULL OR held.superseded > published.run)
    CROSS JOIN LATERAL (SELECT (published.as_of - held.started_at) / basis.period_days AS renewals) AS renewed
    LEFT JOIN contract_score_of_run AS score ON score.run = published.run AND score.renewals = renewed.renewals;
    COMMENT ON VIEW contract IS 'Contracts that run: a row for each customer, with orders or without, and day of start.';
    COMMENT ON COLUMN contract.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN contract.customer IS 'The customer.';
    COMMENT ON COLUMN contract.started_at IS 'Day on which it began.';
    COMMENT ON COLUMN contract.contracts IS 'How many the customer began on that day that still run.';
    COMMENT ON COLUMN contract.renewals IS 'How often it was renewed: periods of contract_period_days that are over.';
    COMMENT ON COLUMN contract.next_renewal IS 'Day on which its present period is over.';
    COMMENT ON COLUMN contract.renewal_probability IS 'Probability that it is then renewed (0 to 1); NULL where too few contracts have ended to tell.';
    COMMENT ON COLUMN contract.residual_periods IS
        'Periods to expect after the present one, later ones discounted by discount_rate; NULL also where the sum has no end.';

    CREATE TABLE IF NOT EXISTS contract_survival_of_run (
        run bigint, period int, contracts bigint NOT NULL, lost bigint NOT NULL, actual float8 NOT NULL, expected float8, PRIMARY KEY (run, period));
    CREATE OR REPLACE VIEW contract_survival AS
    SELECT published.as_of, at_renewal.period, at_renewal.contracts, at_renewal.lost, at_renewal.actual, at_renewal.expected
    FROM published JOIN contract_survival_of_run AS at_renewal USING (run);
    COMMENT ON VIEW contract_survival IS 'How long contracts last: each renewal, what became of those who came to it, and what the model expects.';
    COMMENT ON COLUMN contract_survival.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN contract_survival.period IS 'Renewal: 1 is the first.';
    COMMENT ON COLUMN contract_survival.contracts IS 'Contracts that came to it.';
    COMMENT ON COLUMN contract_survival.lost IS 'Of these, those that were not renewed.';
    COMMENT ON COLUMN contract_survival.actual IS 'Share of new contracts still running after it (0 to 1), by Kaplan and Meier.';
    COMMENT ON COLUMN contract_survival.expected IS 'The same by the model; NULL where there is none.';
END $$;
COMMENT ON FUNCTION crm.set_up_contracts(regtype) IS 'Tables and views of step contracts.';

-- Who left in a period that is not over yet is not told from who stays in it: else the young would seem to leave more.
CREATE FUNCTION crm.contract_periods(started_at date, ended_at date, as_of date, period_days int) RETURNS TABLE (periods int, lost boolean)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT CASE WHEN lived.last <= lived.whole THEN lived.last ELSE lived.whole END, coalesce(lived.last <= lived.whole, false)
        FROM (SELECT (as_of - started_at) / period_days AS whole,
                     CASE WHEN ended_at <= as_of THEN greatest((ended_at - started_at - 1) / period_days + 1, 1) END AS last) AS lived;
    END;
COMMENT ON FUNCTION crm.contract_periods(date, date, date, int) IS
    'What is known of a contract as of a day, as crm.fit_sbg takes it: lost in period periods, or else there through periods periods so far. Ends after the day are not looked at, and periods that are not over count for nothing.';

CREATE FUNCTION crm.gather_contracts(as_of date, period_days int) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    skipped bigint;
BEGIN
    CREATE TEMPORARY TABLE known_contract ON COMMIT DROP AS
    SELECT known.periods, known.lost, read.is_contract AND read.ended_at IS NULL AS runs, read.is_contract, count(*) AS contracts
    FROM (SELECT started_at::date AS started_at, CASE WHEN ended_at::date <= gather_contracts.as_of THEN ended_at::date END AS ended_at,
                 customer IS NOT NULL AND isfinite(started_at) IS TRUE
                 AND NOT coalesce(ended_at::date <= gather_contracts.as_of AND ended_at::date < started_at::date, false) AS is_contract
          FROM source_contracts WHERE started_at::date <= gather_contracts.as_of OR started_at IS NULL OFFSET 0) AS read
    CROSS JOIN LATERAL crm.contract_periods(CASE WHEN read.is_contract THEN read.started_at END, CASE WHEN read.is_contract THEN read.ended_at END,
                                            gather_contracts.as_of, period_days) AS known
    GROUP BY 1, 2, 3, 4;
    SELECT sum(contracts) INTO skipped FROM known_contract WHERE NOT is_contract;
    DELETE FROM known_contract WHERE NOT is_contract;
    RETURN skipped;
END $$;
COMMENT ON FUNCTION crm.gather_contracts(date, int) IS
    'Support of crm.refresh: makes the temporary table known_contract, of contracts counted by what is known of them as of the day; how many have no customer, no start, or an end before it.';

CREATE FUNCTION crm.fit_contracts(this_run bigint, as_of date, OUT model crm.model, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    fitted crm.model[];
BEGIN
    SELECT ARRAY[crm.fit_sbg(periods, lost), crm.fit_bdw(periods, lost)] INTO fitted FROM known_contract, generate_series(1, contracts);
    INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, model, measure, quality, observations, message)
    SELECT this_run, 'contracts', compared.kind, false, false, fit_contracts.as_of, fitted[compared.position], 'Akaike''s criterion, negated', -compared.aic,
           info.observations, info.message
    FROM crm.compare(fitted) AS compared, crm.fit_info(fitted[compared.position]) AS info;
    UPDATE fitted_model AS best SET chosen = true, kept = true
    WHERE best.run = this_run AND best.name = 'contracts'
      AND best.kind = (SELECT tried.kind FROM fitted_model AS tried, crm.fit_info(tried.model) AS info
                       WHERE tried.run = this_run AND tried.name = 'contracts' AND info.converged AND tried.quality IS NOT NULL
                       -- Of two that are equally good, the one with fewer parameters.
                       ORDER BY tried.quality DESC, tried.kind DESC LIMIT 1)
    RETURNING best.model INTO model;
    IF model IS NULL THEN
        SELECT 'no model of contracts could be fitted: ' || string_agg(DISTINCT tried.message, '; ') INTO message
        FROM fitted_model AS tried WHERE tried.run = this_run AND tried.name = 'contracts';
    END IF;
END $$;
COMMENT ON FUNCTION crm.fit_contracts(bigint, date) IS
    'Support of crm.refresh: fits sBG and BdW to known_contract, and gives the one that is better by Akaike''s criterion.';

CREATE FUNCTION crm.model_of_contracts(this_run bigint, as_of date, options jsonb, OUT model crm.model, OUT fitted_as_of date, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    least CONSTANT int := coalesce((options ->> 'contract_least_outcomes')::int, 20);
    last record;
    known record;
BEGIN
    -- A model that was fitted as of a later day knows what has not happened yet.
    SELECT basis.* INTO last FROM contract_basis AS basis JOIN published USING (run)
    WHERE basis.period_days = coalesce((options ->> 'contract_period_days')::int, 30) AND basis.fitted_as_of <= model_of_contracts.as_of;
    SELECT coalesce(sum(contracts) FILTER (WHERE lost), 0) AS lost, coalesce(sum(contracts) FILTER (WHERE periods > lost::int), 0) AS renewed
    INTO known FROM known_contract;
    IF known.lost < least OR known.renewed < least THEN
        message := format('%s contracts were renewed and %s lost: too few to learn from, %s of each are needed', known.renewed, known.lost, least);
        RETURN;
    END IF;
    IF last.model IS NOT NULL AND NOT coalesce((options ->> 'refit')::boolean, false)
       AND as_of - last.fitted_as_of < coalesce((options ->> 'refit_after_days')::int, 7) THEN
        model := last.model;
        fitted_as_of := last.fitted_as_of;
        RETURN;
    END IF;
    SELECT fresh.* INTO model, message FROM crm.fit_contracts(this_run, as_of) AS fresh;
    fitted_as_of := CASE WHEN model IS NULL THEN last.fitted_as_of ELSE as_of END;
    model := coalesce(model, last.model);
END $$;
COMMENT ON FUNCTION crm.model_of_contracts(bigint, date, jsonb) IS
    'Support of crm.refresh: the model to use for the run, fitted now or a short while ago; NULL: none.';

CREATE FUNCTION crm.report_running_contracts(this_run bigint, as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    changed bigint;
BEGIN
    CREATE TEMPORARY TABLE holder ON COMMIT DROP AS
    SELECT DISTINCT customer
    FROM (SELECT customer, started_at, contracts FROM running_contract WHERE superseded IS NULL) AS old
    FULL JOIN (SELECT customer, started_at, count(*) AS contracts
               FROM (SELECT customer, started_at::date AS started_at FROM source_contracts
                     WHERE customer IS NOT NULL AND isfinite(started_at) AND started_at::date <= report_running_contracts.as_of
                       AND (ended_at::date <= report_running_contracts.as_of) IS NOT TRUE OFFSET 0) AS read
               GROUP BY customer, started_at) AS fresh USING (customer, started_at)
    WHERE old.contracts IS DISTINCT FROM fresh.contracts;
    ANALYZE holder;

    CREATE TEMPORARY TABLE changed_contract ON COMMIT DROP AS
    SELECT customer, started_at, fresh.contracts, fresh.is_oldest
    FROM (SELECT customer, held.started_at, held.contracts, held.is_oldest
          FROM holder JOIN running_contract AS held USING (customer) WHERE held.superseded IS NULL) AS old
    FULL JOIN (SELECT customer, started_at::date AS started_at, count(*) AS contracts,
                      started_at::date = min(started_at::date) OVER (PARTITION BY customer) AS is_oldest
               FROM holder JOIN source_contracts USING (customer)
               WHERE isfinite(started_at) AND started_at::date <= report_running_contracts.as_of
                 AND (ended_at::date <= report_running_contracts.as_of) IS NOT TRUE
               GROUP BY customer, started_at::date) AS fresh USING (customer, started_at)
    WHERE (old.contracts, old.is_oldest) IS DISTINCT FROM (fresh.contracts, fresh.is_oldest);
    GET DIAGNOSTICS changed = ROW_COUNT;
    ANALYZE changed_contract;
    UPDATE running_contract AS old SET superseded = this_run FROM changed_contract AS new
    WHERE new.customer = old.customer AND new.started_at = old.started_at AND old.superseded IS NULL;
    INSERT INTO running_contract (customer, started_at, run, contracts, is_oldest)
    SELECT customer, started_at, this_run, contracts, is_oldest FROM changed_contract WHERE contracts IS NOT NULL;
    DROP TABLE holder, changed_contract;
    RETURN changed;
END $$;
COMMENT ON FUNCTION crm.report_running_contracts(bigint, date) IS
    'Support of crm.refresh: brings running_contract up to date; how many rows have changed.';

CREATE FUNCTION crm.report_contracts(this_run bigint, period_days int, model crm.model, discount_rate float8) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO contract_score_of_run
    SELECT this_run, held.renewals, crm.retention(model, held.renewals + 1),
           nullif(crm.residual_lifetime(model, held.renewals, exp(discount_rate * period_days / 365) - 1), 'Infinity')
    FROM (SELECT DISTINCT periods AS renewals FROM known_contract WHERE runs) AS held
    WHERE model IS NOT NULL;

    INSERT INTO contract_survival_of_run
    SELECT this_run, period, contracts, lost,
           CASE WHEN bool_or(contracts = lost) OVER earlier THEN 0 ELSE exp(sum(ln(1 - lost / nullif(contracts, lost)::float8)) OVER earlier) END,
           crm.survival(model, period)
    FROM (SELECT period, (sum(coalesce(sum(known.contracts), 0)) OVER (ORDER BY period DESC))::bigint AS contracts,
                 coalesce(sum(known.contracts) FILTER (WHERE known.lost), 0)::bigint AS lost
          FROM generate_series(1, (SELECT max(periods) FROM known_contract)) AS period LEFT JOIN known_contract AS known ON known.periods = period
          GROUP BY period) AS at_renewal
    WINDOW earlier AS (ORDER BY period);
END $$;
COMMENT ON FUNCTION crm.report_contracts(bigint, int, crm.model, float8) IS
    'Support of crm.refresh: what the model says of contracts that run, and how long contracts last.';

CREATE FUNCTION crm.refresh_contracts(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    period_days CONSTANT int := coalesce((options ->> 'contract_period_days')::int, 30);
    skipped bigint;
    used record;
BEGIN
    IF period_days NOT BETWEEN 1 AND 36500 THEN
        RAISE invalid_parameter_value USING MESSAGE = format('a period of contracts cannot be %s days long', period_days),
            HINT = 'Setting contract_period_days is from 1 to 36500.';
    END IF;
    DELETE FROM fitted_model WHERE run = this_run AND name = 'contracts';
    DELETE FROM contract_basis WHERE run = this_run;
    DELETE FROM contract_score_of_run WHERE run = this_run;
    DELETE FROM contract_survival_of_run WHERE run = this_run;

    skipped := crm.gather_contracts(as_of, period_days);
    SELECT * INTO used FROM crm.model_of_contracts(this_run, as_of, options);
    INSERT INTO contract_basis VALUES (this_run, period_days, used.model, used.fitted_as_of);
    rows := crm.report_running_contracts(this_run, as_of);
    PERFORM crm.report_contracts(this_run, period_days, used.model, (options ->> 'discount_rate')::float8);
    message := nullif(concat_ws('; ', CASE WHEN skipped > 0 THEN skipped || ' contracts without a customer, without a start or ended before it were skipped' END,
                                used.message), '');
    DROP TABLE known_contract;
END $$;
COMMENT ON FUNCTION crm.refresh_contracts(bigint, date, jsonb) IS 'Step contracts.';

INSERT INTO crm.workspace_check
VALUES (130, 'contracts', 'contracts run that the source says run, and have the probabilities of the model', 'check_contracts');
CREATE FUNCTION crm.check_contracts(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    basis record;
BEGIN
    differences := 0;
    SELECT * INTO basis FROM contract_basis AS b WHERE b.run = this_run;
    IF basis.run IS NULL OR to_regclass('source_contracts') IS NULL THEN RETURN; END IF;
    SELECT count(*), min(format('customer %s: %s contracts since %s, the source has %s', customer, coalesce(shown.contracts, 0), started_at, coalesce(counted.contracts, 0)))
    INTO differences, example
    FROM (SELECT customer, started_at, contracts, renewal_probability FROM contract) AS shown
    FULL JOIN (SELECT customer, started_at::date AS started_at, count(*) AS contracts,
                      crm.retention(basis.model, 1 + (check_contracts.as_of - started_at::date) / basis.period_days) AS renewal_probability
               FROM source_contracts
               WHERE customer IS NOT NULL AND isfinite(started_at) AND started_at::date <= check_contracts.as_of
                 AND (ended_at IS NULL OR ended_at::date > check_contracts.as_of)
               GROUP BY 1, started_at::date) AS counted USING (customer, started_at)
    WHERE shown.contracts IS DISTINCT FROM counted.contracts OR NOT crm.nearly_equal(shown.renewal_probability, counted.renewal_probability);
END $$;
COMMENT ON FUNCTION crm.check_contracts(bigint, date, int) IS
    'Support of crm.check_workspace: view contract against the source, and against the model asked about each contract by itself.';

INSERT INTO crm.workspace_profile_section VALUES (45, 'contracts', 'contract', 'profile_contracts');
CREATE FUNCTION crm.profile_contracts(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY EXECUTE format('
        SELECT ''since '' || to_char(held.started_at, ''YYYY-MM-DD''), crm.share_in_words(held.renewal_probability),
               ''probability to be renewed on '' || to_char(held.next_renewal, ''YYYY-MM-DD'')
        FROM contract AS held WHERE held.customer = %L ORDER BY held.started_at LIMIT 5', about ->> 'customer');
END $$;
COMMENT ON FUNCTION crm.profile_contracts(jsonb) IS
    'Section of crm.customer_profile: contracts that run, the oldest first.';

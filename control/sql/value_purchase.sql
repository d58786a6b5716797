-- Purchase models: fitting. value_fit.sql.in makes the aggregates of each

COMMENT ON AGGREGATE crm.fit_bg_nbd(crm.rfm) IS
    'BG/NBD: customers buy at their own random rate and may leave after any repeat purchase. Fader, Hardie, Lee (2005), Marketing Science 24(2).';
COMMENT ON AGGREGATE crm.fit_mbg_nbd(crm.rfm) IS
    'MBG/NBD: as BG/NBD, but customers may leave after the first purchase too. Batislam, Denizel, Filiztekin (2007), International Journal of Research in Marketing 24(3).';
COMMENT ON AGGREGATE crm.fit_pareto_nbd(crm.rfm) IS
    'Pareto/NBD: customers buy at their own random rate and may leave at any time, at another. Schmittlein, Morrison, Colombo (1987), Management Science 33(1).';
COMMENT ON AGGREGATE crm.fit_ggom_nbd(crm.rfm) IS
    'GGom/NBD: as Pareto/NBD, but the hazard of leaving grows with the customer''s age. Bemmaor, Glady (2012), Management Science 58(5).';
COMMENT ON AGGREGATE crm.fit_bg_bb(crm.rfm) IS
    'BG/BB: at each of `age` opportunities since the first purchase an active customer may buy, once, or leave before it; recency is the number of the last one with a purchase. Fader, Hardie, Shang (2010), Marketing Science 29(6).';
COMMENT ON AGGREGATE crm.fit_bg_cnbd_k(crm.timeline, date) IS
    'BG/CNBD-k: as BG/NBD for customers with a rhythm, whose gaps between purchases are Erlang(k); k from 1 to 12 is chosen, or given by the option jsonb ''{"fix": {"k": 3}}''. Reutterer, Platzer, Schroeder (2020), International Journal of Research in Marketing 38(1).';
COMMENT ON AGGREGATE crm.fit_mbg_cnbd_k(crm.timeline, date) IS
    'MBG/CNBD-k: as MBG/NBD for customers with a rhythm, whose gaps between purchases are Erlang(k); k from 1 to 12 is chosen, or given by the option jsonb ''{"fix": {"k": 3}}''. Reutterer, Platzer, Schroeder (2020), International Journal of Research in Marketing 38(1).';

CREATE FUNCTION crm.log_gaps(history crm.timeline, as_of date) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_log_gaps';
COMMENT ON FUNCTION crm.log_gaps(crm.timeline, date) IS
    'Sum of the logarithms of the days between one purchase occasion and the next, up to as_of: how regularly the customer buys.';


-- Purchase models with covariates. value_fit_covariates.sql.in makes the aggregates of each

CREATE FUNCTION crm.with_covariates(model crm.model, covariates float8[]) RETURNS crm.model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_with_covariates';
COMMENT ON FUNCTION crm.with_covariates(crm.model, float8[]) IS
    'The purchase model of a customer with these covariates, of a model that was fitted with so many: what scores ask for.';

CREATE FUNCTION crm.with_covariates(model crm.model, purchase_covariates float8[], lifetime_covariates float8[])
    RETURNS crm.model
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_with_two_covariates';
COMMENT ON FUNCTION crm.with_covariates(crm.model, float8[], float8[]) IS
    'The same of a model whose two sides were fitted with covariates of their own.';


-- Purchase models: asking. A horizon is a number of days or an interval

CREATE FUNCTION crm.days(length interval) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_days';
COMMENT ON FUNCTION crm.days(interval) IS
    'Fixed length of an interval in days: a day is 24 hours, a month 30 days, a year 365.25 days.';

CREATE FUNCTION crm.p_alive(model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_p_alive';
COMMENT ON FUNCTION crm.p_alive(crm.model, crm.rfm) IS
    'Probability that the customer is still active at the end of the observation (0 to 1).';

CREATE FUNCTION crm.p_alive(model crm.model, frequency float8, recency float8, age float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_p_alive_columns';
COMMENT ON FUNCTION crm.p_alive(crm.model, float8, float8, float8) IS
    'Probability that the customer is still active at the end of the observation (0 to 1), from plain columns.';

CREATE FUNCTION crm.p_alive(model crm.model, customer crm.rfm, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_p_alive_after';
COMMENT ON FUNCTION crm.p_alive(crm.model, crm.rfm, float8) IS
    'Probability that the customer will still be active `horizon` days later.';

CREATE FUNCTION crm.p_alive(model crm.model, customer crm.rfm, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.p_alive(model, customer, crm.days(horizon));
COMMENT ON FUNCTION crm.p_alive(crm.model, crm.rfm, interval) IS
    'Probability that the customer will still be active after the horizon.';

CREATE FUNCTION crm.p_alive(model crm.model, frequency float8, recency float8, age float8, horizon float8)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.p_alive(model, crm.rfm(frequency, recency, age), horizon);
COMMENT ON FUNCTION crm.p_alive(crm.model, float8, float8, float8, float8) IS
    'Probability that the customer will still be active after the horizon, from plain columns.';

CREATE FUNCTION crm.p_alive(model crm.model, frequency float8, recency float8, age float8, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.p_alive(model, crm.rfm(frequency, recency, age), crm.days(horizon));
COMMENT ON FUNCTION crm.p_alive(crm.model, float8, float8, float8, interval) IS
    'Probability that the customer will still be active after the horizon, from plain columns.';

CREATE FUNCTION crm.churn_probability(model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_churn_probability';
COMMENT ON FUNCTION crm.churn_probability(crm.model, crm.rfm) IS 'Probability that the customer has left: 1 - p_alive.';

CREATE FUNCTION crm.churn_probability(model crm.model, frequency float8, recency float8, age float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_churn_probability_columns';
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8, float8) IS
    'Probability that the customer has left, from plain columns.';

CREATE FUNCTION crm.churn_probability(model crm.model, customer crm.rfm, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 4
    AS 'MODULE_PATHNAME', 'crm_churn_probability_within';
COMMENT ON FUNCTION crm.churn_probability(crm.model, crm.rfm, float8) IS
    'Probability of no purchase within the next `horizon` days.';

CREATE FUNCTION crm.churn_probability(model crm.model, customer crm.rfm, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.churn_probability(model, customer, crm.days(horizon));
COMMENT ON FUNCTION crm.churn_probability(crm.model, crm.rfm, interval) IS 'Probability of no purchase within the horizon.';

CREATE FUNCTION crm.churn_probability(model crm.model, frequency float8, recency float8, age float8, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 4
    AS 'MODULE_PATHNAME', 'crm_churn_probability_within_columns';
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8, float8, float8) IS
    'Probability of no purchase within the next `horizon` days, from plain columns.';

CREATE FUNCTION crm.churn_probability(model crm.model, frequency float8, recency float8, age float8, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.churn_probability(model, frequency, recency, age, crm.days(horizon));
COMMENT ON FUNCTION crm.churn_probability(crm.model, float8, float8, float8, interval) IS
    'Probability of no purchase within the horizon, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, customer crm.rfm, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_expected_purchases';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.rfm, float8) IS
    'Expected purchase occasions within the next `horizon` days.';

CREATE FUNCTION crm.expected_purchases(model crm.model, customer crm.rfm, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, customer, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, crm.rfm, interval) IS
    'Expected purchase occasions within the horizon.';

CREATE FUNCTION crm.expected_purchases(model crm.model, frequency float8, recency float8, age float8, horizon float8)
    RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_expected_purchases_columns';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8, float8, float8, float8) IS
    'Expected purchase occasions within the next `horizon` days, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, frequency float8, recency float8, age float8, horizon interval)
    RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, frequency, recency, age, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8, float8, float8, interval) IS
    'Expected purchase occasions within the horizon, from plain columns.';

CREATE FUNCTION crm.expected_purchases(model crm.model, horizon float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_expected_purchases_new';
COMMENT ON FUNCTION crm.expected_purchases(crm.model, float8) IS
    'Expected repeat purchase occasions of a new customer within `horizon` days of the first.';

CREATE FUNCTION crm.expected_purchases(model crm.model, horizon interval) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.expected_purchases(model, crm.days(horizon));
COMMENT ON FUNCTION crm.expected_purchases(crm.model, interval) IS
    'Expected repeat purchase occasions of a new customer within the horizon.';

CREATE FUNCTION crm.log_likelihood(model crm.model, customer crm.rfm) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_log_likelihood';
COMMENT ON FUNCTION crm.log_likelihood(crm.model, crm.rfm) IS
    'Log-likelihood of one customer''s history under the model; 0 for a customer that this kind of model does not read.';

CREATE FUNCTION crm.log_likelihood(
    model crm.model, frequency float8, recency float8, age float8, monetary float8 DEFAULT NULL)
    RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.log_likelihood(model, crm.rfm(frequency, recency, age, monetary));
COMMENT ON FUNCTION crm.log_likelihood(crm.model, float8, float8, float8, float8) IS
    'Log-likelihood of one customer''s history under the model, from plain columns.';

CREATE FUNCTION crm.why(model crm.model, customer crm.rfm) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_why';
COMMENT ON FUNCTION crm.why(crm.model, crm.rfm) IS
    'Why the model thinks so, in a sentence for whoever talks to the customer.';

CREATE FUNCTION crm.why(model crm.model, frequency float8, recency float8, age float8) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN crm.why(model, crm.rfm(frequency, recency, age));
COMMENT ON FUNCTION crm.why(crm.model, float8, float8, float8) IS 'Why the model thinks so, from plain columns.';

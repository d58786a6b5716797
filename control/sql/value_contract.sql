-- Contract models: fitting. value_fit_contract.sql.in makes the aggregates of each

COMMENT ON AGGREGATE crm.fit_sbg(int, bigint, bigint) IS
    'sBG: each customer renews a contract with an own chance that does not change. One row a renewal period: of those who came to their `period`-th renewal (1, 2, ...), how many were lost and how many kept. Fader, Hardie (2007), Journal of Interactive Marketing 21(1).';
COMMENT ON AGGREGATE crm.fit_bdw(int, bigint, bigint) IS
    'BdW: the sBG whose customers'' own chances of being lost rise or fall from renewal to renewal. One row a renewal period: of those who came to their `period`-th renewal (1, 2, ...), how many were lost and how many kept. Fader, Hardie, Liu, Davin, Steenburgh (2018), Journal of Interactive Marketing 43.';


-- Contract models: asking. Periods are those between renewals

CREATE FUNCTION crm.retention(model crm.model, period int) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2
    AS 'MODULE_PATHNAME', 'crm_retention';
COMMENT ON FUNCTION crm.retention(crm.model, int) IS
    'Share kept of those who come to their `period`-th renewal (1, 2, ...).';

CREATE FUNCTION crm.survival(model crm.model, periods int) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3
    AS 'MODULE_PATHNAME', 'crm_survival';
COMMENT ON FUNCTION crm.survival(crm.model, int) IS
    'Share of new customers that is still there after `periods` renewals; of a model of lifetimes, after so much time.';

CREATE FUNCTION crm.survival_curve(
    model crm.model,
    periods int,
    OUT period int,
    OUT survival float8,
    OUT retention float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 25
    AS 'MODULE_PATHNAME', 'crm_survival_curve_contract';
COMMENT ON FUNCTION crm.survival_curve(crm.model, int) IS
    'What becomes of new customers, a row a period from 0 to `periods`: the share that is still there after so many renewals, and the share kept of those who came to that renewal (NULL in period 0).';

CREATE FUNCTION crm.residual_lifetime(model crm.model, renewals int, discount_rate float8) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 300
    AS 'MODULE_PATHNAME', 'crm_residual_lifetime';
COMMENT ON FUNCTION crm.residual_lifetime(crm.model, int, float8) IS
    'Discounted expected residual lifetime of a customer who has renewed n = `renewals` times, right before the next renewal is decided: the sum over t = 1, 2, ... of survival(n + t) / survival(n) / (1 + discount_rate)^(t - 1), so that the period which this renewal would begin is not discounted. discount_rate is by period; Infinity when it is 0 and alpha (BdW: alpha c) is not above 1. Fader, Hardie (2010), Marketing Science 29(1), count periods: their n is renewals + 1.';

CREATE FUNCTION crm.log_likelihood(model crm.model, periods int, lost boolean) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_log_likelihood_contract';
COMMENT ON FUNCTION crm.log_likelihood(crm.model, int, boolean) IS
    'Log-likelihood of one contract: lost in period `periods`, or else there through `periods` periods so far.';


-- What retention is worth

CREATE FUNCTION crm.retention_value(
    retention float8,
    change float8,
    discount_rate float8,
    OUT value_before float8,
    OUT value_after float8,
    OUT gain float8,
    OUT gain_ratio float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1
    AS 'MODULE_PATHNAME', 'crm_retention_value';
COMMENT ON FUNCTION crm.retention_value(float8, float8, float8) IS
    'What a change of retention is worth: value of a customer for each unit of margin a period, the first one now, when the share `retention` is kept each period, and when it is retention + change; money a period later counts 1 / (1 + discount_rate). The value is (1 + d) / (1 + d - retention); gain_ratio is gain / value_before. Reichheld, Sasser (1990), Harvard Business Review 68(5).';

CREATE FUNCTION crm.retention_value(
    model crm.model,
    change float8,
    discount_rate float8,
    OUT value_before float8,
    OUT value_after float8,
    OUT gain float8,
    OUT gain_ratio float8)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000
    AS 'MODULE_PATHNAME', 'crm_retention_value_model';
COMMENT ON FUNCTION crm.retention_value(crm.model, float8, float8) IS
    'What a change of retention is worth where customers differ: the value of a new customer is the sum over all periods of the survival curve, the first period now, a later one 1 / (1 + discount_rate) of the one before; after the change each retention of the curve is raised by `change` and kept within 0 and 1. A gain from Infinity to Infinity is NULL.';

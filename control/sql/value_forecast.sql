-- Purchase models: what they foretell beyond one number

CREATE FUNCTION crm.purchase_distribution(
    model crm.model, customer crm.rfm, horizon float8,
    OUT purchases int, OUT probability float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 20 COST 100
    AS 'MODULE_PATHNAME', 'crm_purchase_distribution';
COMMENT ON FUNCTION crm.purchase_distribution(crm.model, crm.rfm, float8) IS
    'Probability of 0, 1, 2, ... purchases within the horizon, up to where less than 1e-9 is left; the horizon a number of days.';

CREATE FUNCTION crm.purchase_distribution(
    model crm.model, customer crm.rfm, horizon interval,
    OUT purchases int, OUT probability float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    BEGIN ATOMIC SELECT * FROM crm.purchase_distribution(model, customer, crm.days(horizon)); END;
COMMENT ON FUNCTION crm.purchase_distribution(crm.model, crm.rfm, interval) IS
    'Probability of 0, 1, 2, ... purchases within the horizon, up to where less than 1e-9 is left; the horizon an interval.';

CREATE FUNCTION crm.purchase_distribution(
    model crm.model, frequency float8, recency float8, age float8, horizon float8,
    OUT purchases int, OUT probability float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    BEGIN ATOMIC SELECT * FROM crm.purchase_distribution(model, crm.rfm(frequency, recency, age), horizon); END;
COMMENT ON FUNCTION crm.purchase_distribution(crm.model, float8, float8, float8, float8) IS
    'Probability of 0, 1, 2, ... purchases within the horizon, up to where less than 1e-9 is left, from plain columns; the horizon a number of days.';

CREATE FUNCTION crm.purchase_distribution(
    model crm.model, frequency float8, recency float8, age float8, horizon interval,
    OUT purchases int, OUT probability float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    BEGIN ATOMIC SELECT * FROM crm.purchase_distribution(model, crm.rfm(frequency, recency, age), crm.days(horizon)); END;
COMMENT ON FUNCTION crm.purchase_distribution(crm.model, float8, float8, float8, interval) IS
    'Probability of 0, 1, 2, ... purchases within the horizon, up to where less than 1e-9 is left, from plain columns; the horizon an interval.';

CREATE FUNCTION crm.purchase_distribution(
    model crm.model, horizon float8,
    OUT purchases int, OUT probability float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    BEGIN ATOMIC SELECT * FROM crm.purchase_distribution(model, 0, 0, 0, horizon); END;
COMMENT ON FUNCTION crm.purchase_distribution(crm.model, float8) IS
    'Probability of 0, 1, 2, ... repeat purchases of a new customer within the horizon.';

CREATE FUNCTION crm.purchase_distribution(
    model crm.model, horizon interval,
    OUT purchases int, OUT probability float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    BEGIN ATOMIC SELECT * FROM crm.purchase_distribution(model, 0, 0, 0, crm.days(horizon)); END;
COMMENT ON FUNCTION crm.purchase_distribution(crm.model, interval) IS
    'Probability of 0, 1, 2, ... repeat purchases of a new customer within the horizon.';

CREATE FUNCTION crm.purchase_interval(
    model crm.model, customer crm.rfm, horizon float8, level float8,
    OUT lower int, OUT upper int)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_purchase_interval';
COMMENT ON FUNCTION crm.purchase_interval(crm.model, crm.rfm, float8, float8) IS
    'Numbers of purchases between which the customer will stay within the horizon with probability `level`, as much of the rest below as above; the horizon a number of days.';

CREATE FUNCTION crm.purchase_interval(
    model crm.model, customer crm.rfm, horizon interval, level float8,
    OUT lower int, OUT upper int)
    RETURNS record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC SELECT * FROM crm.purchase_interval(model, customer, crm.days(horizon), level); END;
COMMENT ON FUNCTION crm.purchase_interval(crm.model, crm.rfm, interval, float8) IS
    'Numbers of purchases between which the customer will stay within the horizon with probability `level`, as much of the rest below as above; the horizon an interval.';

CREATE FUNCTION crm.purchase_interval(
    model crm.model, frequency float8, recency float8, age float8, horizon float8, level float8,
    OUT lower int, OUT upper int)
    RETURNS record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC SELECT * FROM crm.purchase_interval(model, crm.rfm(frequency, recency, age), horizon, level); END;
COMMENT ON FUNCTION crm.purchase_interval(crm.model, float8, float8, float8, float8, float8) IS
    'Numbers of purchases between which the customer will stay within the horizon with probability `level`, as much of the rest below as above, from plain columns; the horizon a number of days.';

CREATE FUNCTION crm.purchase_interval(
    model crm.model, frequency float8, recency float8, age float8, horizon interval, level float8,
    OUT lower int, OUT upper int)
    RETURNS record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC SELECT * FROM crm.purchase_interval(model, crm.rfm(frequency, recency, age), crm.days(horizon), level); END;
COMMENT ON FUNCTION crm.purchase_interval(crm.model, float8, float8, float8, interval, float8) IS
    'Numbers of purchases between which the customer will stay within the horizon with probability `level`, as much of the rest below as above, from plain columns; the horizon an interval.';

CREATE FUNCTION crm.survival_curve(
    model crm.model, customer crm.rfm, horizon float8, step float8,
    OUT days float8, OUT p_alive float8)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 50 COST 100
    AS 'MODULE_PATHNAME', 'crm_survival_curve';
COMMENT ON FUNCTION crm.survival_curve(crm.model, crm.rfm, float8, float8) IS
    'Probability of being still active at 0, step, 2 step, ... days from now, up to the horizon; the horizon a number of days.';

CREATE FUNCTION crm.survival_curve(
    model crm.model, customer crm.rfm, horizon interval, step interval,
    OUT days float8, OUT p_alive float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 50
    BEGIN ATOMIC SELECT * FROM crm.survival_curve(model, customer, crm.days(horizon), crm.days(step)); END;
COMMENT ON FUNCTION crm.survival_curve(crm.model, crm.rfm, interval, interval) IS
    'Probability of being still active at 0, step, 2 step, ... days from now, up to the horizon; the horizon an interval.';

CREATE FUNCTION crm.survival_curve(
    model crm.model, frequency float8, recency float8, age float8, horizon float8, step float8,
    OUT days float8, OUT p_alive float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 50
    BEGIN ATOMIC SELECT * FROM crm.survival_curve(model, crm.rfm(frequency, recency, age), horizon, step); END;
COMMENT ON FUNCTION crm.survival_curve(crm.model, float8, float8, float8, float8, float8) IS
    'Probability of being still active at 0, step, 2 step, ... days from now, up to the horizon, from plain columns; the horizon a number of days.';

CREATE FUNCTION crm.survival_curve(
    model crm.model, frequency float8, recency float8, age float8, horizon interval, step interval,
    OUT days float8, OUT p_alive float8)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 50
    BEGIN ATOMIC SELECT * FROM crm.survival_curve(model, crm.rfm(frequency, recency, age), crm.days(horizon), crm.days(step)); END;
COMMENT ON FUNCTION crm.survival_curve(crm.model, float8, float8, float8, interval, interval) IS
    'Probability of being still active at 0, step, 2 step, ... days from now, up to the horizon, from plain columns; the horizon an interval.';

CREATE FUNCTION crm.next_purchase(
    model crm.model, customer crm.rfm, level float8 DEFAULT 0.8,
    OUT probability float8, OUT median float8, OUT lower float8, OUT upper float8)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'crm_next_purchase';
COMMENT ON FUNCTION crm.next_purchase(crm.model, crm.rfm, float8) IS
    'Probability of another purchase at all, and in how many days to expect it if there is one: the median, and limits that leave (1 - level) / 2 on either side.';

CREATE FUNCTION crm.next_purchase(
    model crm.model, frequency float8, recency float8, age float8, level float8 DEFAULT 0.8,
    OUT probability float8, OUT median float8, OUT lower float8, OUT upper float8)
    RETURNS record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC SELECT * FROM crm.next_purchase(model, crm.rfm(frequency, recency, age), level); END;
COMMENT ON FUNCTION crm.next_purchase(crm.model, float8, float8, float8, float8) IS
    'Probability of another purchase at all, and in how many days to expect it if there is one: the median, and limits that leave (1 - level) / 2 on either side, from plain columns.';

CREATE FUNCTION crm.next_purchase(
    model crm.model, customer crm.rfm, as_of date, level float8 DEFAULT 0.8,
    OUT probability float8, OUT median date, OUT lower date, OUT upper date)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200
    AS 'MODULE_PATHNAME', 'crm_next_purchase_dates';
COMMENT ON FUNCTION crm.next_purchase(crm.model, crm.rfm, date, float8) IS
    'Probability of another purchase at all, and when to expect it if there is one, counted from as_of: the median day, and limits that leave (1 - level) / 2 on either side.';

CREATE FUNCTION crm.p_alive_history(
    model crm.model, history crm.timeline, as_of date,
    OUT day date, OUT p_alive float8, OUT purchase boolean)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 400 COST 500
    AS 'MODULE_PATHNAME', 'crm_p_alive_history';
COMMENT ON FUNCTION crm.p_alive_history(crm.model, crm.timeline, date) IS
    'Each day of a customer''s past up to as_of: the probability of being active as it looked that day, and whether there was a purchase.';

-- Reports are aggregates that give an array of rows:
--   SELECT c.* FROM (SELECT crm.cohorts(t, date '2026-06-30') AS rows FROM histories) AS x, unnest(rows) AS c;

-- Cohorts

CREATE TYPE crm.cohort AS (
    cohort date,
    age int,
    customers bigint,
    active bigint,
    retention float8,
    orders bigint,
    revenue float8,
    cumulative_per_customer float8,
    complete boolean
);
COMMENT ON TYPE crm.cohort IS 'The customers who first bought in one calendar unit, and what they did in a later one.';
COMMENT ON COLUMN crm.cohort.cohort IS 'First day of the week (Monday), month, quarter or year of the first purchase.';
COMMENT ON COLUMN crm.cohort.age IS 'Units since that one: 0 for the unit of the first purchase itself.';
COMMENT ON COLUMN crm.cohort.customers IS 'Size of the cohort.';
COMMENT ON COLUMN crm.cohort.active IS 'Those of them who bought in this unit.';
COMMENT ON COLUMN crm.cohort.retention IS 'active / customers.';
COMMENT ON COLUMN crm.cohort.orders IS 'Their orders in this unit.';
COMMENT ON COLUMN crm.cohort.revenue IS 'Their revenue in this unit, less refunds.';
COMMENT ON COLUMN crm.cohort.cumulative_per_customer IS 'Revenue of the cohort up to and including this unit, for each of its customers.';
COMMENT ON COLUMN crm.cohort.complete IS 'False for the unit in which as_of lies, unless as_of is its last day: such a unit is not over.';

CREATE FUNCTION crm.cohorts_add(internal, history crm.timeline, as_of date) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_cohorts_add';
COMMENT ON FUNCTION crm.cohorts_add(internal, crm.timeline, date) IS 'Support of aggregate crm.cohorts.';

CREATE FUNCTION crm.cohorts_add(internal, history crm.timeline, as_of date, unit text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_cohorts_add_unit';
COMMENT ON FUNCTION crm.cohorts_add(internal, crm.timeline, date, text) IS 'Support of aggregate crm.cohorts.';

CREATE FUNCTION crm.finish_cohorts(internal) RETURNS crm.cohort[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_cohorts(internal) IS 'Support of aggregates: the rows of cohorts.';

CREATE AGGREGATE crm.cohorts(history crm.timeline, as_of date) (
    SFUNC = crm.cohorts_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_cohorts,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.cohorts(crm.timeline, date) IS
    'Customers by month of their first purchase, and what they did in each month since, up to as_of, from one timeline a customer. Later purchases are not seen; who bought nothing until then is in no cohort.';

CREATE AGGREGATE crm.cohorts(history crm.timeline, as_of date, unit text) (
    SFUNC = crm.cohorts_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_cohorts,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.cohorts(crm.timeline, date, text) IS 'The same by week, month, quarter or year.';


-- Migration

CREATE TYPE crm.migration AS (
    before text,
    after text,
    customers bigint,
    share float8
);
COMMENT ON TYPE crm.migration IS 'How many customers went from one segment to another.';
COMMENT ON COLUMN crm.migration.before IS 'Segment before; NULL: no customer yet.';
COMMENT ON COLUMN crm.migration.after IS 'Segment after; NULL: no customer any more.';
COMMENT ON COLUMN crm.migration.customers IS 'Number of customers.';
COMMENT ON COLUMN crm.migration.share IS 'Share of those who were in the segment before.';

CREATE FUNCTION crm.migration_add(internal, before text, after text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_migration_add';
COMMENT ON FUNCTION crm.migration_add(internal, text, text) IS 'Support of aggregate crm.migration.';

CREATE FUNCTION crm.finish_migration(internal) RETURNS crm.migration[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_migration(internal) IS 'Support of aggregates: the rows of a migration.';

CREATE AGGREGATE crm.migration(before text, after text) (
    SFUNC = crm.migration_add, STYPE = internal, SSPACE = 8192, FINALFUNC = crm.finish_migration,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.migration(text, text) IS
    'Who went from which segment to which, from one row a customer. NULL before is a new customer, NULL after one who is gone, both are skipped. Sorted by the bytes of the names, NULL last.';

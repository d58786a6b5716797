-- Which comments a person should label next
--   SELECT n.* FROM (SELECT crm.to_label_next(model, id::text, comment, 20) AS rows FROM unlabelled, fitted) AS x, unnest(rows) AS n;

CREATE TYPE crm.label_next AS (
    "position" int,
    id text,
    label text,
    probability float8,
    runner_up text,
    gap float8,
    copies bigint,
    reason text
);
COMMENT ON TYPE crm.label_next IS 'A comment that is worth labelling by hand.';
COMMENT ON COLUMN crm.label_next."position" IS 'From 1: label it first.';
COMMENT ON COLUMN crm.label_next.id IS 'The comment''s id; of comments with the same words the first one''s, as text sorts by bytes.';
COMMENT ON COLUMN crm.label_next.label IS 'The label that the model would give; of a model that gives several labels the one that is hardest to tell.';
COMMENT ON COLUMN crm.label_next.probability IS 'Its probability, from 0 to 1.';
COMMENT ON COLUMN crm.label_next.runner_up IS 'The label that comes next; NULL for a model that gives several.';
COMMENT ON COLUMN crm.label_next.gap IS 'The probability less that of the runner-up, or its distance from the label''s threshold: the smaller the less sure.';
COMMENT ON COLUMN crm.label_next.copies IS 'Comments with the same words, this one among them.';
COMMENT ON COLUMN crm.label_next.reason IS 'Why it was chosen, in words.';

CREATE FUNCTION crm.finish_to_label_next(internal) RETURNS crm.label_next[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_to_label_next(internal) IS 'Support of aggregate crm.to_label_next: rows for unnest().';

CREATE FUNCTION crm.to_label_next_add(internal, model crm.model, id text, comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_to_label_next_add';
COMMENT ON FUNCTION crm.to_label_next_add(internal, crm.model, text, text) IS 'Support of aggregate crm.to_label_next.';

CREATE AGGREGATE crm.to_label_next(model crm.model, id text, comment text) (
    SFUNC = crm.to_label_next_add, STYPE = internal, SSPACE = 262144, FINALFUNC = crm.finish_to_label_next,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.to_label_next(crm.model, text, text) IS
    'The 20 comments that a person should label next, for unnest(): those that the model is least sure of, but no two that are alike, and of many labels. Of unlabelled comments, with one model that gives labels to comments, the same for all rows. Chosen among the 200 with the smallest gap between the two likeliest labels (Scheffer et al. 2001), each discounted by its likeness to those chosen before. Rows with a NULL and comments without words are left out.';

CREATE FUNCTION crm.to_label_next_add(internal, model crm.model, id text, comment text, how_many int) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_to_label_next_add_how_many';
COMMENT ON FUNCTION crm.to_label_next_add(internal, crm.model, text, text, int) IS 'Support of aggregate crm.to_label_next.';

CREATE AGGREGATE crm.to_label_next(model crm.model, id text, comment text, how_many int) (
    SFUNC = crm.to_label_next_add, STYPE = internal, SSPACE = 262144, FINALFUNC = crm.finish_to_label_next,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.to_label_next(crm.model, text, text, int) IS
    'The same for so many comments, 1 to 1000, chosen among ten times as many.';

CREATE FUNCTION crm.to_label_next_add(internal, model crm.model, id text, comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_to_label_next_add_options';
COMMENT ON FUNCTION crm.to_label_next_add(internal, crm.model, text, text, jsonb) IS 'Support of aggregate crm.to_label_next.';

CREATE AGGREGATE crm.to_label_next(model crm.model, id text, comment text, options jsonb) (
    SFUNC = crm.to_label_next_add, STYPE = internal, SSPACE = 262144, FINALFUNC = crm.finish_to_label_next,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.to_label_next(crm.model, text, text, jsonb) IS
    'The same with options, the same for all rows: {"how_many": 20}, and {"diversity": 1} from 0, the least sure ones however alike, to 1.';

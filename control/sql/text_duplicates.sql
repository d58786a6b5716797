-- Comments that are nearly the same.
--   SELECT d.* FROM (SELECT crm.near_duplicates(id, comment) AS rows FROM comments) AS x, unnest(rows) AS d;

CREATE TYPE crm.near_duplicate AS (
    cluster bigint,
    id bigint,
    representative bigint,
    similarity float8
);
COMMENT ON TYPE crm.near_duplicate IS 'A comment of a cluster of near duplicates.';
COMMENT ON COLUMN crm.near_duplicate.cluster IS '1 is the largest cluster.';
COMMENT ON COLUMN crm.near_duplicate.id IS 'The comment.';
COMMENT ON COLUMN crm.near_duplicate.representative IS 'The comment that the others of the cluster are like.';
COMMENT ON COLUMN crm.near_duplicate.similarity IS 'To the representative, from the threshold to 1.';

CREATE TYPE crm.near_duplicate_text AS (
    cluster bigint,
    id text,
    representative text,
    similarity float8
);
COMMENT ON TYPE crm.near_duplicate_text IS 'A comment, identified by a text, of a cluster of near duplicates.';
COMMENT ON COLUMN crm.near_duplicate_text.cluster IS '1 is the largest cluster.';
COMMENT ON COLUMN crm.near_duplicate_text.id IS 'The comment.';
COMMENT ON COLUMN crm.near_duplicate_text.representative IS 'The comment that the others of the cluster are like.';
COMMENT ON COLUMN crm.near_duplicate_text.similarity IS 'To the representative, from the threshold to 1.';

CREATE FUNCTION crm.near_duplicates_add(internal, id bigint, comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_near_duplicates_add';
COMMENT ON FUNCTION crm.near_duplicates_add(internal, bigint, text) IS 'Support of aggregate crm.near_duplicates.';

CREATE FUNCTION crm.near_duplicates_add(internal, id bigint, comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_near_duplicates_add_options';
COMMENT ON FUNCTION crm.near_duplicates_add(internal, bigint, text, jsonb) IS 'Support of aggregate crm.near_duplicates.';

CREATE FUNCTION crm.near_duplicates_add(internal, id text, comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_near_duplicates_add_name';
COMMENT ON FUNCTION crm.near_duplicates_add(internal, text, text) IS 'Support of aggregate crm.near_duplicates.';

CREATE FUNCTION crm.near_duplicates_add(internal, id text, comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_near_duplicates_add_name_options';
COMMENT ON FUNCTION crm.near_duplicates_add(internal, text, text, jsonb) IS 'Support of aggregate crm.near_duplicates.';

CREATE FUNCTION crm.finish_near_duplicates(internal) RETURNS crm.near_duplicate[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_near_duplicates(internal) IS 'Support of aggregates: the rows of near duplicates.';

CREATE FUNCTION crm.finish_near_duplicates_text(internal) RETURNS crm.near_duplicate_text[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_near_duplicates_text(internal) IS 'Support of aggregates: the rows of near duplicates.';

CREATE AGGREGATE crm.near_duplicates(id bigint, comment text) (
    SFUNC = crm.near_duplicates_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_near_duplicates,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.near_duplicates(bigint, text) IS
    'Comments that are nearly the same, one row a comment: rows crm.near_duplicate for unnest(). Each is at least 0.8 alike to the representative of its cluster, by the Jaccard index of their pieces of four characters (crm.text_similarity). Found by MinHash (Broder 1997) and compared exactly; a pair just as alike as the threshold is missed with a probability below 0.001. Comments without words and rows with a NULL are skipped.';

CREATE AGGREGATE crm.near_duplicates(id bigint, comment text, options jsonb) (
    SFUNC = crm.near_duplicates_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_near_duplicates,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.near_duplicates(bigint, text, jsonb) IS
    'The same with options: {"threshold": 0.8 (0.2 to 1), "shingles": "characters" or "words", "size": 4 characters or 2 words}. Any other key is an error.';

CREATE AGGREGATE crm.near_duplicates(id text, comment text) (
    SFUNC = crm.near_duplicates_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_near_duplicates_text,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.near_duplicates(text, text) IS
    'The same for comments that are identified by a text: rows crm.near_duplicate_text.';

CREATE AGGREGATE crm.near_duplicates(id text, comment text, options jsonb) (
    SFUNC = crm.near_duplicates_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_near_duplicates_text,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.near_duplicates(text, text, jsonb) IS
    'The same with options, as for a bigint.';

CREATE FUNCTION crm.text_similarity(a text, b text) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_text_similarity';
COMMENT ON FUNCTION crm.text_similarity(text, text) IS
    'How alike two comments are, 0 to 1: the Jaccard index of their pieces of four characters, whatever their case and punctuation (Broder 1997). 1 for two comments without words.';

CREATE FUNCTION crm.text_similarity(a text, b text, options jsonb) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_text_similarity_options';
COMMENT ON FUNCTION crm.text_similarity(text, text, jsonb) IS
    'The same with options: {"shingles": "characters" or "words", "size": 4 characters or 2 words}.';

-- Different spellings of one value

CREATE FUNCTION crm.fingerprint(value text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_fingerprint';
COMMENT ON FUNCTION crm.fingerprint(text) IS
    'A key on which spellings collide that differ in case, accents, punctuation, blanks, order or repetition of words: the words folded, without marks and punctuation, sorted, each once. Marks stay in scripts where they are vowels or tones. The fingerprint of OpenRefine.';

CREATE FUNCTION crm.ngram_fingerprint(value text, n int DEFAULT 2) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_ngram_fingerprint';
COMMENT ON FUNCTION crm.ngram_fingerprint(text, int) IS
    'A key on which spellings also collide that differ in blanks within or in doubled letters: all runs of n (1 to 64) characters of the folded value without marks, punctuation and blanks, sorted, each once. The n-gram fingerprint of OpenRefine.';

CREATE FUNCTION crm.jaro_winkler(one text, other text) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5
    AS 'MODULE_PATHNAME', 'crm_jaro_winkler';
COMMENT ON FUNCTION crm.jaro_winkler(text, text) IS
    'How alike two short texts are, from 0 (nothing in common) to 1 (equal), as they are written: fold them first where case should not count. Words in any order: crm.jaro_winkler(crm.fingerprint(one), crm.fingerprint(other)). Winkler (1990).';

CREATE TYPE crm.clustered_value AS (
    cluster int,
    canonical text,
    value text,
    count bigint,
    similarity float8,
    reason text
);
COMMENT ON TYPE crm.clustered_value IS 'One spelling of a value that is written in several ways.';
COMMENT ON COLUMN crm.clustered_value.cluster IS 'Number of the cluster, 1 being that of most rows.';
COMMENT ON COLUMN crm.clustered_value.canonical IS 'The spelling proposed for all: the most frequent, of equally frequent ones the best formed, of those the first by bytes.';
COMMENT ON COLUMN crm.clustered_value.value IS 'This spelling; the proposed one comes first.';
COMMENT ON COLUMN crm.clustered_value.count IS 'Number of rows that have it.';
COMMENT ON COLUMN crm.clustered_value.similarity IS 'Jaro-Winkler similarity to the proposed one, of the folded words; 1 for those that differ in case, accents and the like only.';
COMMENT ON COLUMN crm.clustered_value.reason IS '''proposed'', or in what it differs from the proposed one: blanks, case, accents, punctuation, order of words, repeated words, spacing; or ''misspelt''.';

CREATE FUNCTION crm.cluster_values_add(internal, value text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_cluster_values_add';
COMMENT ON FUNCTION crm.cluster_values_add(internal, text) IS 'Support of aggregate crm.cluster_values.';

CREATE FUNCTION crm.cluster_values_add(internal, value text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_cluster_values_add_options';
COMMENT ON FUNCTION crm.cluster_values_add(internal, text, jsonb) IS 'Support of aggregate crm.cluster_values.';

CREATE FUNCTION crm.finish_cluster_values(internal) RETURNS crm.clustered_value[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_cluster_values(internal) IS 'Support of aggregates: spellings by cluster.';

CREATE AGGREGATE crm.cluster_values(value text) (
    SFUNC = crm.cluster_values_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_cluster_values,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.cluster_values(text) IS
    'Values of a column that look like spellings of one, each with the one proposed; for unnest(). Nothing is changed, and values that have no other spelling are left out. Numbers must agree, short codes are left alone. NULL and values longer than 1000 bytes are skipped; more than 1000000 distinct values are an error.';

CREATE AGGREGATE crm.cluster_values(value text, options jsonb) (
    SFUNC = crm.cluster_values_add, STYPE = internal, SSPACE = 65536, FINALFUNC = crm.finish_cluster_values,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.cluster_values(text, jsonb) IS
    'The same with options: similarity (0.9): least Jaro-Winkler similarity of misspellings, 0.7 to 1, 1 for none; ngram (2): length of the runs of crm.ngram_fingerprint, 0 to do without, 8 at most; block (200): how many values of one block are compared with each; letters_for_digits (false): take 20x3 as a misspelling of 2053; codes (false): take scip-inx-4 as one of scip-inf-4, if that is twenty times as frequent.';

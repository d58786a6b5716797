-- A composite type that somebody altered is refused rather than misread or overrun.
DROP TABLE point;
CREATE TABLE point (p probe.point);
INSERT INTO point VALUES (ROW(1, 'x', 2.5));
ALTER TYPE probe.point ADD ATTRIBUTE depth float8 CASCADE;
SELECT probe.point(ROW(1, 'x', 2.5, 3));
SELECT probe.point(p) FROM point;
SELECT probe.point(7, 'seven');
SELECT (probe.collect(n)).* FROM generate_series(1, 3) AS n;
SELECT probe.list(n) FROM generate_series(1, 3) AS n;
ALTER TYPE probe.point DROP ATTRIBUTE height CASCADE;
SELECT probe.point(ROW(1, 'x', 2.5));
SELECT probe.point(7, 'seven');
SELECT probe.point(p) FROM point;

-- Within one session, while call sites remember the type.
DROP EXTENSION pg_crm_probe CASCADE;
CREATE EXTENSION pg_crm_probe;
DO $$
DECLARE
    p probe.point;
    seen text;
BEGIN
    FOR i IN 1 .. 4 LOOP
        IF i = 2 THEN
            EXECUTE 'ALTER TYPE probe.point ALTER ATTRIBUTE label TYPE uuid CASCADE';
        ELSIF i = 4 THEN
            EXECUTE 'ALTER TYPE probe.point ALTER ATTRIBUTE label TYPE text CASCADE';
        END IF;
        IF i IN (2, 3) THEN
            EXECUTE $q$SELECT 5, '01010101-4141-4141-4141-414141414141'::uuid, 1.5$q$ INTO p;
        ELSE
            EXECUTE $q$SELECT 5, 'five', 1.5$q$ INTO p;
        END IF;
        BEGIN
            seen := (probe.point(p)).label;
            RAISE NOTICE 'pass %: %', i, seen;
        EXCEPTION WHEN OTHERS THEN
            RAISE NOTICE 'pass %: %', i, SQLERRM;
        END;
    END LOOP;
END $$;
-- A value kept from before the type was altered.
DO $$
DECLARE
    kept probe.point[];
    seen text;
BEGIN
    EXECUTE 'ALTER TYPE probe.point ALTER ATTRIBUTE label TYPE uuid CASCADE';
    EXECUTE $q$SELECT ARRAY[ROW(5, '01010101-4141-4141-4141-414141414141'::uuid, 1.5)::probe.point]$q$ INTO kept;
    EXECUTE 'ALTER TYPE probe.point ALTER ATTRIBUTE label TYPE text CASCADE';
    BEGIN
        EXECUTE 'SELECT (probe.point($1[1])).label' INTO seen USING kept;
        RAISE NOTICE 'read';
    EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE '%', SQLERRM;
    END;
END $$;

-- Each class of C++ exception has its SQLSTATE; words arrive whole.
CREATE FUNCTION pg_temp.outcome(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    message := 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
SELECT kind, o.*
  FROM unnest('{invalid_argument,out_of_range,corrupt_data,limit_exceeded,error,bad_alloc,exception,int,nothing}'::text[]) AS kind,
       LATERAL pg_temp.outcome(format('SELECT probe.throw(%L)', kind)) AS o;

-- More memory than one group may take is an error, in palloc's terms and beyond them.
SELECT o.* FROM unnest('{1000000000000000,9223372036854775807}'::bigint[]) AS size, LATERAL pg_temp.outcome(format('SELECT probe.allocate(%s)', size)) AS o;
SELECT probe.allocate(1000000);

-- A server error below C++ frames arrives as it was, and destructors have run.
SELECT o.* FROM pg_temp.outcome($$SELECT probe.server_error('12x')$$) AS o;
SELECT probe.server_error('12');
SELECT o.* FROM pg_temp.outcome('SELECT probe.throw_in_call()') AS o;
SELECT probe.live_objects();

-- Ten thousand errors in one transaction, each caught, leave nothing behind.
DO $$
DECLARE caught int := 0;
BEGIN
    FOR i IN 1 .. 10000 LOOP
        BEGIN
            PERFORM CASE WHEN i % 2 = 0 THEN probe.throw('invalid_argument') ELSE probe.server_error('x') > 0 END;
        EXCEPTION WHEN OTHERS THEN
            caught := caught + 1;
        END;
    END LOOP;
    RAISE NOTICE 'caught % errors', caught;
END $$;
SELECT probe.live_objects();

-- A statement timeout ends a loop in core; the session goes on.
SET statement_timeout = '50ms';
SELECT probe.spin(60);
RESET statement_timeout;
SELECT probe.spin(0.01), probe.live_objects();

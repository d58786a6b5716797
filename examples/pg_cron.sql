-- A workspace that is refreshed every night, by the extension pg_cron (https://github.com/citusdata/pg_cron).
--
-- How to use:
--
--   1. Install pg_cron for the server (Debian: the package postgresql-15-cron, of the server's version), and in postgresql.conf:
--          shared_preload_libraries = 'pg_cron'
--          cron.database_name = 'shop'             -- the database of the workspace
--          cron.use_background_workers = on        -- jobs need no password; each takes one of max_worker_processes
--      then restart the server.
--   2. As a superuser:
--          psql -v ON_ERROR_STOP=1 -d shop -f examples/pg_cron.sql
--      The job runs as who schedules it. Let the workspace's owner do that (examples/roles.sql), not a superuser: uncomment the
--      line SET ROLE.
--
-- A job is one statement: pg_cron puts several into one transaction, in which a refresh, which commits, is refused.
-- When the last one is still running, a refresh returns at once; when it was interrupted, the next one takes it up.

CREATE EXTENSION IF NOT EXISTS pg_cron;

-- GRANT USAGE ON SCHEMA cron TO shop_owner;
-- SET ROLE shop_owner;

-- At 02:30 GMT (pg_cron's clock) as of the day before: all its orders are in.
SELECT cron.schedule('refresh shop', '30 2 * * *', $$CALL crm.refresh('shop', current_date - 1)$$);

-- What became of it, from the workspace and from pg_cron:
--   SELECT run, as_of, state, seconds, message FROM shop.run ORDER BY run DESC LIMIT 5;
--   SELECT start_time, status, return_message FROM cron.job_run_details ORDER BY start_time DESC LIMIT 5;
-- No more of it:
--   SELECT cron.unschedule('refresh shop');

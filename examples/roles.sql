-- Who may do what in a workspace. Everything belongs to a role that nobody logs in as:
--
--   shop_owner   owns the workspace, may read the sources, and nothing else of the shop's
--   operator     may CALL crm.refresh: a member of shop_owner
--   analyst      reads everything in the workspace (models as values and, through its views, the sources) and uses the functions of crm
--   reader       reads the views, for dashboards: no source, no internal table
--
-- How to use: as a superuser, once the sources (here public.orders and public.customers) are there, with the extension created:
--
--   psql -v ON_ERROR_STOP=1 -d shop -f examples/roles.sql
--
-- and afterwards, for people and programs: CREATE ROLE ann LOGIN; GRANT analyst TO ann.
--
-- Why membership: a refresh commits between its steps, and a procedure that does cannot run with its owner's rights (SECURITY
-- DEFINER). So the caller needs all that a refresh does: to read the sources, to write every table of the workspace, and to make
-- those that a later edition of the extension brings. Membership in the owning role is exactly that, and stays right when there
-- are new tables. A refresh takes that role on (SET LOCAL ROLE), so that new tables are the owner's, whoever calls.
--
-- Why shop_owner at all: the views read the sources with the rights of their owner. Nobody else needs any on the orders.

BEGIN;

CREATE ROLE shop_owner NOLOGIN;
CREATE ROLE operator NOLOGIN;
CREATE ROLE analyst NOLOGIN;
CREATE ROLE reader NOLOGIN;
GRANT shop_owner TO operator;

-- TRIGGER only where orders are followed by triggers.
GRANT SELECT, TRIGGER ON public.orders TO shop_owner;
GRANT SELECT ON public.customers TO shop_owner;
DO $$ BEGIN EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO shop_owner', current_database()); END $$;

SET LOCAL ROLE shop_owner;
SELECT crm.create_workspace('shop', 'public.orders', customers => 'public.customers', options => '{"follow": "trigger"}');

-- Analysts: also what a later edition adds.
GRANT USAGE ON SCHEMA shop TO analyst, reader;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO analyst;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO analyst;

-- Readers: the views but those of the sources. Run this part again after an update of the extension, for its new views.
DO $$
DECLARE
    shown name;
BEGIN
    FOR shown IN SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = 'shop' AND viewname NOT LIKE 'source\_%' LOOP
        EXECUTE format('GRANT SELECT ON shop.%I TO reader', shown);
    END LOOP;
END $$;

RESET ROLE;
-- One does not need the right to make schemas once there is the workspace.
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM shop_owner', current_database()); END $$;

COMMIT;

-- Functions of crm are PUBLIC's by default. Where readers shall run none at all:
--   REVOKE USAGE ON SCHEMA crm FROM PUBLIC; GRANT USAGE ON SCHEMA crm TO shop_owner, analyst;
-- Views go on working: the names in them were resolved when they were made.

-- How the report looks: each query is shown as it runs, its result below it.
\pset footer off
\pset null '-'
\set ECHO queries

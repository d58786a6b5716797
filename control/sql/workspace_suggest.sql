-- Which relations and columns may be a workspace's sources

-- Names are compared without case, and with capitals within a name (orderDate) as the beginning of a word.
CREATE FUNCTION crm.words_of_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower(
        pg_catalog.regexp_replace(name, '([[:lower:][:digit:]])([[:upper:]])', '\1_\2', 'g')), '[^[:alnum:]]+', '_', 'g'), '_');
COMMENT ON FUNCTION crm.words_of_name(text) IS 'The words of a name, in small letters, with _ between them: order_date of OrderDate.';

CREATE FUNCTION crm.column_words()
    RETURNS TABLE (role text, wanted text, words text, others text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
    SELECT w.* FROM (VALUES
        (NULL, 'customer',
         'customer customer_id customer_no customer_nr customer_number customer_key customer_code customer_ref cust_id cust cust_no '
         'custkey client_id client client_no buyer_id buyer shopper_id member_id member account_id account user_id user subscriber_id '
         'contact_id patient_id guest_id household_key household_id household person_id visitor_id kunde_id kunden_id kunde kundennr '
         'kundennummer kunden_nr cliente_id id_cliente cliente id_client klant_id klant customer_email customer_name email',
         'service group type segment since class count'),
        ('customers', 'customer', 'id key code no nr number', ''),
        ('orders', 'ordered_at',
         'ordered_at ordered_on order_date order_datetime order_time order_timestamp order_day purchased_at purchased_on purchase_date '
         'purchase_time bought_at bought_on invoice_date transaction_date transaction_time sale_date sold_at sold_on booked_at '
         'booking_date placed_at completed_at paid_at payment_date bestelldatum bestellt_am kaufdatum gekauft_am rechnungsdatum '
         'buchungsdatum date_commande fecha_pedido fecha_compra fecha created_at created_on created_date created create_time date day '
         'datum datetime timestamp time at on dt ts',
         'updated update modified changed shipped shipping ship delivered delivery due birth birthday deleted expires expiry cancelled '
         'canceled returned refunded valid synced loaded imported registered first last'),
        (NULL, 'at',
         'at commented_at comment_date written_at written_on posted_at posted_on posted submitted submitted_at answered_at reviewed_at review_date rated_at '
         'sent_at received_at reported_at opened_at erstellt_am geschrieben_am fecha created_at created_on created_date created '
         'create_time date day datum datetime timestamp time on dt ts',
         'updated update modified changed due birth birthday deleted expires expiry valid synced loaded imported closed first last'),
        (NULL, 'amount',
         'amount order_amount total_amount order_total grand_total total order_value net_revenue revenue net_amount net_total '
         'gross_amount gross_total sales_value sales turnover total_price total_paid amount_paid paid_amount value line_total subtotal '
         'price sum paid payment spend spent basket_value betrag gesamtbetrag summe gesamtsumme umsatz bestellwert preis montant total_ttc '
         'importe monto valor bedrag',
         'tax vat discount shipping ship delivery quantity qty count number id unit cost fee rate percent pct weight points year month '
         'week store coupon refund rounding list'),
        ('costs', 'amount', 'cost costs cost_amount expense expenses kosten cout coste', ''),
        ('contracts', 'started_at',
         'started_at started_on start_date started start begins_at begin_date began_at valid_from from_date subscribed_at signed_at signed_on '
         'contract_start subscription_start since beginn vertragsbeginn debut inicio',
         'end ended updated modified trial'),
        ('contracts', 'ended_at',
         'ended_at ended_on end_date ended end ends_at valid_to valid_until until_date to_date cancelled_at canceled_at cancelled_on '
         'terminated_at contract_end subscription_end ende vertragsende fin',
         'start started begin updated modified trial'),
        (NULL, 'name',
         'name full_name customer_name display_name client_name company_name company last_name surname kundenname firma nachname nom '
         'nombre naam title first_name email',
         'user file domain street city country'),
        (NULL, 'comment',
         'comment comments comment_text comment_body text review_text review review_body body message message_text content feedback '
         'free_text verbatim answer remark remarks note notes description kommentar bemerkung bewertung nachricht freitext rueckmeldung '
         'commentaire avis comentario opmerking complaint question subject title',
         'id key type status lang language url author name format title'),
        (NULL, 'topic',
         'topic topics category label theme subject reason class tag thema kategorie sujet categoria tema',
         'id key count number'),
        (NULL, 'rule', 'rule rules pattern expression query regel muster', 'id key name'),
        (NULL, 'features', 'features feature attributes properties traits data payload', ''),
        (NULL, 'outcome', 'outcome target churned churn converted responded response bought label result ziel', 'id date')
    ) AS w (role, wanted, words, others);
END;
COMMENT ON FUNCTION crm.column_words() IS
    'How columns are commonly named that hold what a source must have: words in the order in which they are preferred, and other words that speak against a column. A role of NULL is every role.';

-- What can be in a column, by its type.
CREATE FUNCTION crm.column_contents(type oid) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    about record;
BEGIN
    SELECT t.typtype, t.typbasetype, t.typcategory INTO about FROM pg_type AS t WHERE t.oid = type;
    RETURN CASE WHEN about.typtype = 'd' THEN crm.column_contents(about.typbasetype)
                WHEN type = 'jsonb'::regtype THEN 'document'
                WHEN type = 'uuid'::regtype THEN 'key'
                WHEN type IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'time'
                WHEN type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN 'whole number'
                WHEN type IN ('numeric'::regtype, 'float4'::regtype, 'float8'::regtype) THEN 'number'
                WHEN type = 'bool'::regtype THEN 'yes or no'
                WHEN about.typcategory = 'S' THEN 'text' END;
END
$$;
COMMENT ON FUNCTION crm.column_contents(oid) IS
    'What a column of this type, or domain over it, can hold: key, text, time, whole number, number, yes or no, document; NULL for anything else.';

CREATE FUNCTION crm.column_suits(kind text, contents text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE kind WHEN 'customer' THEN contents IN ('key', 'text', 'whole number')
                     WHEN 'number' THEN contents IN ('number', 'whole number')
                     WHEN 'truth' THEN contents = 'yes or no'
                     WHEN 'features' THEN contents = 'document'
                     ELSE contents = kind END;
COMMENT ON FUNCTION crm.column_suits(text, text) IS
    'Whether a column of these contents (crm.column_contents) can be one of this kind (crm.workspace_role.kind).';

CREATE FUNCTION crm.column_guesses(relation regclass, role text)
    RETURNS TABLE (wanted text, needed boolean, column_name text, score float8, reason text)
    LANGUAGE plpgsql STABLE STRICT ROWS 10 COST 10000
    -- The plan takes longer than the work: one is enough for all relations.
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    namespace name;
    relation_name name;
    rows float4;
BEGIN
    SELECT n.nspname, c.relname, c.reltuples INTO namespace, relation_name, rows
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = column_guesses.relation;
    RETURN QUERY
    WITH vocabulary AS MATERIALIZED (
        SELECT r.name AS wanted, r.kind, r.needed, replace(w.word, '_', '') AS word, max(1 - 0.003 * least(w.place, 60)) AS weight
          FROM crm.workspace_role AS r
          LEFT JOIN crm.column_words() AS v ON v.wanted = r.name AND coalesce(v.role, r.role) = r.role
         CROSS JOIN LATERAL string_to_table(coalesce(v.words, r.name), ' ') WITH ORDINALITY AS w (word, place)
         WHERE r.role = column_guesses.role
         GROUP BY r.name, r.kind, r.needed, replace(w.word, '_', '')
    ), candidates AS MATERIALIZED (
        SELECT a.attnum, a.attname::text AS column_name, string_to_array(crm.words_of_name(a.attname::text), '_') AS words,
               crm.column_contents(a.atttypid) AS contents
          FROM pg_attribute AS a
         WHERE a.attrelid = column_guesses.relation AND a.attnum > 0 AND NOT a.attisdropped
           AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ), statistics AS MATERIALIZED (
        SELECT DISTINCT ON (p.attname) p.attname::text AS column_name, p.n_distinct, p.avg_width,
               CASE WHEN p.n_distinct < 0 THEN -1 / p.n_distinct WHEN p.n_distinct > 0 THEN greatest(rows, 1) / p.n_distinct END AS repeats
          FROM pg_stats AS p WHERE p.schemaname = namespace AND p.tablename = relation_name ORDER BY p.attname, p.inherited DESC
    ), phrases AS (
        -- All of a name says most, then its end, its beginning, its midst.
        SELECT c.attnum, array_to_string(c.words[b:e], '') AS phrase,
               max(CASE WHEN b = 1 AND e = cardinality(c.words) THEN 1 WHEN e = cardinality(c.words) THEN 0.85 WHEN b = 1 THEN 0.7 ELSE 0.6 END) AS match
          FROM candidates AS c, generate_series(1, least(cardinality(c.words), 10)) AS b, generate_series(b, least(cardinality(c.words), 10)) AS e
         GROUP BY 1, 2
    ), likely AS (
        SELECT DISTINCT ON (v.wanted, p.attnum) v.wanted, p.attnum, p.match, v.weight * p.match AS likeness
          FROM phrases AS p JOIN vocabulary AS v ON v.word = p.phrase
         ORDER BY v.wanted, p.attnum, likeness DESC
    ), named AS (
        SELECT w.wanted, w.needed, c.*, coalesce(l.match, 0) AS match, coalesce(l.likeness, 0) AS likeness,
               count(*) OVER (PARTITION BY w.wanted, c.contents) = 1 AS only_one,
               s.n_distinct, s.avg_width, s.repeats
          FROM (SELECT DISTINCT v.wanted, v.kind, v.needed FROM vocabulary AS v) AS w
          JOIN candidates AS c ON crm.column_suits(w.kind, c.contents)
          LEFT JOIN likely AS l ON l.wanted = w.wanted AND l.attnum = c.attnum
          LEFT JOIN statistics AS s ON s.column_name = c.column_name
    ), judged AS (
        SELECT n.*, k.is_unique, k.parent,
               concat('_', crm.words_of_name(k.parent)) ~ '_(customer|client|cliente|kunde|klant|user|member|account|buyer|household|contact|subscriber)' AS leads_to_customers,
               -- A name that is known as a whole needs no second thought.
               n.match BETWEEN 0.1 AND 0.9 AND EXISTS (
                   SELECT FROM crm.column_words() AS v
                    WHERE v.wanted = n.wanted AND coalesce(v.role, column_guesses.role) = column_guesses.role
                      AND string_to_array(v.others, ' ') && n.words) AS spoken_against
          FROM named AS n
          LEFT JOIN LATERAL (
              SELECT EXISTS (SELECT FROM pg_index AS i
                              WHERE i.indrelid = column_guesses.relation AND i.indisunique AND i.indnkeyatts = 1
                                AND i.indkey[0] = n.attnum AND i.indpred IS NULL) AS is_unique,
                     (SELECT r.relname::text FROM pg_constraint AS f JOIN pg_class AS r ON r.oid = f.confrelid
                       WHERE f.conrelid = column_guesses.relation AND f.contype = 'f' AND f.conkey = ARRAY[n.attnum]
                       ORDER BY f.oid LIMIT 1) AS parent) AS k ON n.wanted = 'customer'
    ), scored AS (
        SELECT j.*,
               CASE WHEN j.leads_to_customers THEN greatest(j.likeness, 0.95)
                    WHEN j.likeness > 0 THEN j.likeness
                    WHEN j.only_one AND j.contents = 'time' THEN 0.4
                    WHEN j.only_one AND j.wanted = 'amount' AND j.contents = 'number' THEN 0.4
                    WHEN j.wanted = 'comment' AND (j.only_one OR j.avg_width >= 30) THEN 0.3
                    ELSE 0 END
               * CASE WHEN j.spoken_against THEN 0.5 ELSE 1 END
               * CASE WHEN j.wanted <> 'customer' THEN 1
                      WHEN column_guesses.role = 'customers' THEN CASE WHEN j.is_unique OR j.n_distinct = -1 THEN 1 ELSE 0.8 END
                      WHEN j.is_unique OR j.n_distinct = -1 THEN 0.4 ELSE 1 END
               * CASE WHEN j.n_distinct = 1 AND j.wanted <> 'topic' THEN 0.4 ELSE 1 END AS score
          FROM judged AS j
    )
    SELECT s.wanted, s.needed, s.column_name, s.score::float8,
           concat_ws(', ',
               CASE WHEN s.match = 1 THEN 'named so' WHEN s.match > 0 THEN 'named alike'
                    WHEN s.only_one THEN 'the only ' || s.contents END,
               CASE WHEN s.leads_to_customers THEN format('refers to %s', s.parent) END,
               CASE WHEN s.spoken_against THEN 'its name may mean something else' END,
               CASE WHEN s.wanted = 'customer' AND (s.is_unique OR s.n_distinct = -1) THEN 'no value twice'
                    WHEN s.n_distinct = 1 THEN 'one value only'
                    WHEN s.wanted = 'customer' AND s.repeats >= 1.05 AND column_guesses.role <> 'customers'
                    THEN format('%s rows a value', round(s.repeats::numeric, 1)) END)
      FROM scored AS s
     WHERE s.score > 0
     ORDER BY s.wanted, s.score DESC, s.attnum;
END
$$;
COMMENT ON FUNCTION crm.column_guesses(regclass, text) IS
    'Which columns of a relation may hold what a source of this role must have, by name, type, foreign keys, unique indexes and, where the relation was analysed, statistics; the likeliest first. A score of 0.5 or more is a name that says so. Columns that the caller may not read are not seen.';

-- No column is two things: the likeliest guess takes it.
CREATE FUNCTION crm.best_guesses(relation regclass, role text)
    RETURNS TABLE (wanted text, needed boolean, column_name text, score float8, reason text)
    LANGUAGE plpgsql STABLE STRICT ROWS 5 COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    guess record;
    found_already text[] := '{}';
    taken text[] := '{}';
BEGIN
    FOR guess IN SELECT g.* FROM crm.column_guesses(relation, role) AS g ORDER BY g.score DESC, g.needed DESC, g.wanted LOOP
        CONTINUE WHEN guess.wanted = ANY (found_already) OR guess.column_name = ANY (taken);
        found_already := found_already || guess.wanted;
        taken := taken || guess.column_name;
        wanted := guess.wanted;
        needed := guess.needed;
        column_name := guess.column_name;
        score := guess.score;
        reason := guess.reason;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION crm.best_guesses(regclass, text) IS 'Of crm.column_guesses one column for each thing wanted, and none twice.';

CREATE FUNCTION crm.guess_columns(relation regclass, role text) RETURNS jsonb
    LANGUAGE sql STABLE STRICT COST 10000
    RETURN (SELECT coalesce(pg_catalog.jsonb_object_agg(g.wanted, g.column_name), '{}') FROM crm.best_guesses(relation, role) AS g);
COMMENT ON FUNCTION crm.guess_columns(regclass, text) IS
    'The likeliest columns of a relation for a source of this role, as {"customer": "cust_no", ...}: what crm.create_workspace takes as columns of the role. What no column seems to hold is left out.';


-- Which relations

CREATE FUNCTION crm.relation_words(OUT role text, OUT words text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 7
BEGIN ATOMIC
    VALUES ('orders', 'order sale purchase transaction invoice receipt basket booking checkout payment bestellung auftrag verkauf '
                      'rechnung kauf commande vente pedido venta compra'),
           ('customers', 'customer client buyer account contact member user subscriber household kunde cliente klant'),
           ('comments', 'comment review feedback survey answer response message ticket complaint rating kommentar bewertung nachricht '
                        'rueckmeldung commentaire comentario'),
           ('features', 'feature profile attribute trait merkmal'),
           ('topic_rules', 'rule regel'),
           ('costs', 'cost expense spend spending campaign marketing kosten'),
           ('contracts', 'contract subscription policy membership plan vertrag abonnement contrat contrato');
END;
COMMENT ON FUNCTION crm.relation_words() IS 'How relations are commonly named that are sources of a role.';

CREATE FUNCTION crm.likeness_of_relation(relation regclass, role text, OUT factor float8, OUT reason text)
    LANGUAGE plpgsql STABLE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    SELECT f.by_name * f.by_stage * f.by_kind * f.by_rows,
           concat_ws(', ', CASE WHEN f.by_name = 1 THEN 'the relation is named so' END,
                                CASE WHEN f.by_stage < 1 THEN 'it may be a copy' END, CASE WHEN f.by_rows < 1 THEN 'it was empty when last analysed' END)
      INTO factor, reason
      FROM pg_class AS c
     CROSS JOIN LATERAL (
          SELECT CASE WHEN EXISTS (SELECT FROM crm.relation_words() AS r, string_to_table(r.words, ' ') AS w (word)
                                    WHERE r.role = likeness_of_relation.role
                                      AND '_' || crm.words_of_name(c.relname::text) || '_' LIKE '%\_' || w.word || '%') THEN 1
                      -- Nearly everything has a key and a name; what has an amount is rather orders than costs.
                      WHEN likeness_of_relation.role = 'costs' THEN 0.1
                      WHEN likeness_of_relation.role IN ('customers', 'contracts') THEN 0.35 ELSE 0.7 END AS by_name,
                 CASE WHEN crm.words_of_name(c.relname::text) ~ '(^|_)(old|test|tmp|temp|backup|bak|archive|archived|staging|stg|copy|log|audit|draft)(_|$)'
                      THEN 0.6 ELSE 1 END AS by_stage,
                 CASE WHEN c.relkind IN ('v', 'm') THEN 0.95 ELSE 1 END AS by_kind,
                 CASE WHEN c.relkind = 'r' AND c.reltuples = 0 THEN 0.5 ELSE 1 END AS by_rows) AS f
     WHERE c.oid = likeness_of_relation.relation;
END
$$;
COMMENT ON FUNCTION crm.likeness_of_relation(regclass, text) IS
    'How much the name, kind and size of a relation speak for its being a source of this role: 1 when nothing speaks against it.';

-- The first column whose name is one of these, in the order of the names.
CREATE FUNCTION crm.column_called(relation regclass, words text, contents text[]) RETURNS text
    LANGUAGE plpgsql STABLE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN (
    SELECT a.attname::text
      FROM pg_attribute AS a
      JOIN string_to_table(column_called.words, ' ') WITH ORDINALITY AS w (word, place)
        ON replace(crm.words_of_name(a.attname::text), '_', '') = replace(w.word, '_', '')
     WHERE a.attrelid = column_called.relation AND a.attnum > 0 AND NOT a.attisdropped
       AND crm.column_contents(a.atttypid) = ANY (column_called.contents)
       AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
     ORDER BY w.place, a.attnum LIMIT 1);
END
$$;
COMMENT ON FUNCTION crm.column_called(regclass, text, text[]) IS
    'The first column of a relation that has one of these names, the first name first, and one of these contents (crm.column_contents).';

CREATE FUNCTION crm.amount_of_line(relation regclass) RETURNS text
    LANGUAGE plpgsql STABLE STRICT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    quantity text := crm.column_called(relation, 'quantity qty order_qty units pieces count menge anzahl cantidad quantite', '{number,whole number}');
    price text := crm.column_called(relation, 'unit_price price_each sales_price item_price price einzelpreis preis stueckpreis precio prix', '{number,whole number}');
    whole text;
BEGIN
    IF quantity IS NOT NULL AND price IS NOT NULL THEN
        RETURN format('i.%I * i.%I', quantity, price);
    END IF;
    SELECT g.column_name INTO whole FROM crm.column_guesses(relation, 'orders') AS g WHERE g.wanted = 'amount' AND g.score >= 0.5 ORDER BY g.score DESC LIMIT 1;
    RETURN 'i.' || quote_ident(whole);
END
$$;
COMMENT ON FUNCTION crm.amount_of_line(regclass) IS
    'What a row of a relation of order lines amounts to, as an expression over the relation as i: quantity times price, or a column that says; NULL when there is neither.';

-- Orders whose amount is in their lines: rows of lines, or a relation that refers to the orders.
CREATE FUNCTION crm.orders_of_lines(relation regclass, customer text, ordered_at text, OUT source text, OUT reason text)
    LANGUAGE plpgsql STABLE STRICT COST 100000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    amount text := crm.amount_of_line(relation);
    order_number text := crm.column_called(relation, 'order_id order_no order_number invoice_no invoice_number invoice_id invoice basket_id transaction_id '
                                                     'receipt_no receipt_id bestell_nr bestellnummer rechnungsnummer rechnungs_nr',
                                           '{key,text,whole number}');
    lines record;
BEGIN
    IF amount IS NOT NULL THEN
        IF order_number IS NULL THEN
            source := format('SELECT i.%I AS customer, i.%I AS ordered_at, %s AS amount FROM %s AS i', customer, ordered_at, amount, relation);
            reason := format('%s is what a row amounts to', replace(amount, 'i.', ''));
        ELSE
            source := format('SELECT i.%I AS customer, min(i.%I) AS ordered_at, sum(%s) AS amount FROM %s AS i GROUP BY i.%I, i.%I',
                             customer, ordered_at, amount, relation, order_number, customer);
            reason := format('rows are lines of an order (%s)', order_number);
        END IF;
        RETURN;
    END IF;
    SELECT k.conrelid::regclass AS relation, child.attname AS order_of_line, parent.attname AS order_key, crm.amount_of_line(k.conrelid) AS amount INTO lines
      FROM pg_constraint AS k
      JOIN pg_attribute AS child ON child.attrelid = k.conrelid AND child.attnum = k.conkey[1]
      JOIN pg_attribute AS parent ON parent.attrelid = k.confrelid AND parent.attnum = k.confkey[1]
     WHERE k.confrelid = orders_of_lines.relation AND k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.conrelid <> k.confrelid
       AND has_any_column_privilege(k.conrelid, 'SELECT') AND crm.amount_of_line(k.conrelid) IS NOT NULL
     ORDER BY crm.amount_of_line(k.conrelid) LIKE '% * %' DESC, k.conrelid LIMIT 1;
    IF FOUND THEN
        source := format('SELECT o.%I AS customer, o.%I AS ordered_at, sum(%s) AS amount FROM %s AS o JOIN %s AS i ON i.%I = o.%I GROUP BY o.%I, o.%I, o.%I',
                         customer, ordered_at, lines.amount, relation, lines.relation, lines.order_of_line, lines.order_key,
                         lines.order_key, customer, ordered_at);
        reason := format('amounts are in %s, which refers to it', lines.relation);
    END IF;
END
$$;
COMMENT ON FUNCTION crm.orders_of_lines(regclass, text, text) IS
    'A query that gives orders with their amounts where no column holds these: sums of the lines of each order, which are the relation''s own rows or those of another that refers to it. NULLs when there is nothing to sum.';

CREATE FUNCTION crm.suggest_source(relation regclass, role text, OUT source text, OUT columns jsonb, OUT score float8, OUT reason text)
    LANGUAGE plpgsql STABLE STRICT COST 100000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    guess record;
    about record;
    missing text[] := (SELECT array_agg(r.name) FROM crm.workspace_role AS r WHERE r.role = suggest_source.role AND r.needed);
    reasons text[] := '{}';
BEGIN
    columns := '{}';
    score := 1;
    FOR guess IN SELECT g.* FROM crm.best_guesses(relation, role) AS g ORDER BY g.wanted LOOP
        -- A doubtful amount may be the price of one piece.
        CONTINUE WHEN role = 'orders' AND guess.wanted = 'amount' AND guess.score < 0.5;
        columns := columns || jsonb_build_object(guess.wanted, guess.column_name);
        CONTINUE WHEN NOT guess.needed;
        missing := array_remove(missing, guess.wanted);
        score := score * guess.score;
        reasons := reasons || format('%s: %s', guess.wanted, guess.reason);
    END LOOP;
    IF missing = '{}' THEN
        source := relation::text;
    ELSIF missing = '{amount}' AND role = 'orders' THEN
        SELECT l.source, reasons || l.reason INTO source, reasons
          FROM crm.orders_of_lines(relation, columns ->> 'customer', columns ->> 'ordered_at') AS l;
        columns := '{}';
        score := score * 0.8;
    END IF;
    IF source IS NULL THEN
        columns := NULL;
        score := NULL;
        RETURN;
    END IF;
    SELECT * INTO about FROM crm.likeness_of_relation(relation, role);
    score := round((score * about.factor)::numeric, 3);
    reason := array_to_string(reasons || nullif(about.reason, ''), '; ');
END
$$;
COMMENT ON FUNCTION crm.suggest_source(regclass, text) IS
    'A relation as a source of a role: its name, or a query over it that gives what is needed, with its columns, a score (0 to 1) and why. NULLs when something needed cannot be found in it.';

CREATE FUNCTION crm.readable_relations(schemas text[])
    RETURNS TABLE (relation regclass, contents text[])
    LANGUAGE sql STABLE ROWS 100 COST 100000
BEGIN ATOMIC
    SELECT c.oid::regclass, (SELECT pg_catalog.array_agg(DISTINCT crm.column_contents(a.atttypid)) FROM pg_catalog.pg_attribute AS a
                              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                AND pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT'))
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
       AND (readable_relations.schemas IS NULL OR n.nspname = ANY (readable_relations.schemas))
       AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'crm') AND n.nspname NOT LIKE 'pg\_toast%'
       AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
       -- A workspace is what others read, not a source of its own.
       AND NOT (EXISTS (SELECT FROM pg_catalog.pg_class AS o WHERE o.relnamespace = n.oid AND o.relname = 'customer_timeline')
                AND EXISTS (SELECT FROM pg_catalog.pg_class AS o WHERE o.relnamespace = n.oid AND o.relname = 'published'))
     ORDER BY n.nspname, c.relname;
END;
COMMENT ON FUNCTION crm.readable_relations(text[]) IS
    'Of these schemas (NULL: of all) tables, views, materialized views and foreign tables that the caller may read, without those of the system, of extensions and of workspaces; what their columns can contain.';

CREATE FUNCTION crm.workspace_call(workspace text, sources jsonb) RETURNS text
    LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
    WITH source AS (
        SELECT e.key AS role, e.value ->> 'source' AS source,
               -- What is called as it must be needs no word.
               (SELECT pg_catalog.jsonb_object_agg(c.key, c.value) FROM pg_catalog.jsonb_each(e.value -> 'columns') AS c
                 WHERE c.key <> c.value #>> '{}') AS columns
          FROM pg_catalog.jsonb_each(workspace_call.sources) AS e
    )
    SELECT pg_catalog.format('SELECT crm.create_workspace(%L%s%s);', workspace_call.workspace,
               pg_catalog.string_agg(pg_catalog.format(', %I => %L', s.role, s.source), '' ORDER BY s.role <> 'orders', s.role),
               ', options => ' || pg_catalog.quote_literal(pg_catalog.jsonb_build_object(
                   'columns', nullif(pg_catalog.jsonb_object_agg(s.role, s.columns) FILTER (WHERE s.columns IS NOT NULL), 'null'))))
      FROM source AS s;
END;
COMMENT ON FUNCTION crm.workspace_call(text, jsonb) IS
    'The statement that makes a workspace of these sources: {"orders": {"source": "shop.orders", "columns": {"customer": "cust_no"}}, ...}.';

CREATE FUNCTION crm.contents_of_customers(relation regclass, role text) RETURNS text
    LANGUAGE sql STABLE STRICT COST 10000
    RETURN (SELECT CASE crm.column_contents(a.atttypid) WHEN 'key' THEN 'text' ELSE crm.column_contents(a.atttypid) END
              FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = relation AND a.attname = (crm.guess_columns(relation, role) ->> 'customer')::pg_catalog.name);
COMMENT ON FUNCTION crm.contents_of_customers(regclass, text) IS 'Whether customers are numbers or text in a relation: those of two sources must be alike.';

CREATE FUNCTION crm.suggest_sources(schemas text[] DEFAULT NULL, most int DEFAULT 3)
    RETURNS TABLE (role text, relation regclass, source text, columns jsonb, score float8, reason text, call text)
    LANGUAGE plpgsql STABLE ROWS 10 COST 1000000
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace text := (SELECT name FROM unnest('{shop,shop_2,shop_3,shop_4}'::text[]) AS name WHERE to_regnamespace(name) IS NULL LIMIT 1);
BEGIN
    RETURN QUERY
    WITH roles AS (
        SELECT r.role, bool_or(r.needed AND r.kind = 'time') AS has_time, bool_or(r.needed AND r.kind = 'features') AS has_features
          FROM crm.workspace_role AS r
         -- Whatever happens to customers could be an outcome: which of it is, its owner has to say.
         WHERE r.role <> 'outcomes' GROUP BY r.role
    ), suggested AS MATERIALIZED (
        SELECT r.role, l.relation, s.*
          FROM crm.readable_relations(schemas) AS l
          -- Most relations can be told from what they cannot hold, which is quick.
          JOIN roles AS r ON (NOT r.has_time OR 'time' = ANY (l.contents)) AND (NOT r.has_features OR 'document' = ANY (l.contents))
         CROSS JOIN LATERAL crm.suggest_source(l.relation, r.role) AS s
         WHERE s.score >= 0.1
    ), ranked AS MATERIALIZED (
        SELECT s.*, crm.contents_of_customers(s.relation, s.role) AS customers_are
          FROM (SELECT x.*, row_number() OVER (PARTITION BY x.role ORDER BY x.score DESC, x.relation::text) AS rank FROM suggested AS x) AS s
         WHERE s.rank <= most
    )
    SELECT s.role, s.relation, s.source, s.columns, s.score, s.reason,
           CASE WHEN s.role = 'orders' THEN crm.workspace_call(workspace,
               (SELECT jsonb_object_agg(o.role, jsonb_build_object('source', o.source, 'columns', o.columns))
                  FROM ranked AS o
                 WHERE (o.role = s.role AND o.relation = s.relation)
                    OR (o.rank = 1 AND o.role IN ('comments', 'customers') AND o.score >= 0.5 AND o.customers_are = s.customers_are))) END
      FROM ranked AS s
     ORDER BY s.role <> 'orders', s.role, s.rank;
END
$$;
COMMENT ON FUNCTION crm.suggest_sources(text[], int) IS
    'Relations of these schemas (by default of all) that may be sources of a workspace, the likeliest of each role first (at most so many): the source as crm.create_workspace takes it, its columns, a score (0 to 1) and why; for orders the whole call, with the best comments and customers. Looks at the catalog and at statistics, not into tables; sees what the caller may read.';

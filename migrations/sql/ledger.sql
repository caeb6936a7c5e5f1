-- The ledger's one door, its chain, its fences and its audit. Runs as the owner, which row-level security binds.

create function ledger.partnership() returns uuid
language sql stable parallel safe set search_path = pg_catalog
as $$ select nullif(current_setting('app.partnership', true), '')::uuid $$;

-- The hash chain as a running aggregate: each link is the SHA-256 of the one before and of the transfer's content.
create function ledger.link(state bytea, content text, head bytea) returns bytea
language plpgsql immutable parallel safe set search_path = pg_catalog
as $$ begin return sha256(coalesce(state, head) || convert_to(content, 'UTF8')); end $$;

create aggregate ledger.chain(content text, head bytea) (sfunc = ledger.link, stype = bytea);

create function ledger.content(p uuid, id uuid, sequence bigint, batch uuid, phase text, kind text, debit uuid, credit uuid,
  unit text, amount bigint, pending_id uuid, reverses_id uuid, investment_id uuid, payer_id uuid, payee_id uuid,
  effective_on date, recorded_at timestamptz, actor text, note text) returns text
language sql stable parallel safe
as $$ select jsonb_build_array(p, id, sequence, batch, phase, kind, debit, credit, unit, amount, pending_id, reverses_id,
  investment_id, payer_id, payee_id, effective_on, extract(epoch from recorded_at), actor, note)::text $$;

create function ledger.refuse() returns trigger
language plpgsql set search_path = pg_catalog
as $$ begin
  raise exception 'the ledger is append-only (% on %)', tg_op, tg_table_name using errcode = '42501';
end $$;

create trigger append_only before update or delete on ledger.transfer for each row execute function ledger.refuse();
create trigger append_only before update or delete on ledger.entry for each row execute function ledger.refuse();
create trigger append_only before update or delete on ledger.idempotency for each row execute function ledger.refuse();
create trigger no_truncate before truncate on ledger.transfer execute function ledger.refuse();
create trigger no_truncate before truncate on ledger.entry execute function ledger.refuse();
create trigger no_truncate before truncate on ledger.idempotency execute function ledger.refuse();

create type ledger.line as (
  id uuid, kind text, phase text, debit uuid, credit uuid, unit text, amount bigint, pending_id uuid,
  reverses_id uuid, payer_id uuid, payee_id uuid, effective_on date, note text, expect_debit_version bigint, n bigint, released bigint);

-- The first line whose accounts are not there or have moved. Here and below accounts are looked up line by line
-- ("lateral ... offset 0"): nothing tells the planner how many accounts a partnership has that is filling up, and joined
-- freely it reads all lines once for each account. For the same reason the partnership is compared by "is not distinct
-- from", which is no index condition: row-level security has one already, and two of them make the planner think that a
-- partnership has one row, so that any index will do. Functions here have no SET clause, so that they are inlined
-- into the door's statements and planned with them; the door pins the search path.
create function ledger.account_fault(p uuid, lines ledger.line[]) returns table (n bigint, code text, detail text)
language sql stable
as $$
  select l.n, case when d.id is null or c.id is null then 'LG002' else 'LG005' end,
    case when d.id is null or c.id is null then 'no such account in this unit'
      else 'the account has moved since it was read' end
  from unnest(lines) l
  left join lateral (select a.id, a.version from ledger.account a
    where a.partnership_id is not distinct from p and a.id = l.debit and a.unit = l.unit offset 0) d on true
  left join lateral (select a.id from ledger.account a
    where a.partnership_id is not distinct from p and a.id = l.credit and a.unit = l.unit offset 0) c on true
  where d.id is null or c.id is null or l.expect_debit_version <> d.version
  order by l.n limit 1
$$;

-- The first line that ends a pending transfer, or reverses a posted one, and does not fit it.
create function ledger.link_fault(p uuid, lines ledger.line[]) returns table (n bigint, code text, detail text)
language sql stable
as $$
  with line as (
    select l.*, w.amount as pending_amount,
      (w.phase = 'PENDING' and w.debit_account_id = l.debit and w.credit_account_id = l.credit and w.unit = l.unit) as same_pending,
      r.amount as whole,
      (r.phase in ('POSTED', 'POST') and r.kind <> 'REVERSAL' and r.debit_account_id = l.credit
        and r.credit_account_id = l.debit and r.unit = l.unit) as mirrors,
      case when l.reverses_id is not null then
        sum(l.amount) over (partition by l.reverses_id)
        + (select coalesce(sum(y.amount), 0) from ledger.transfer y where y.partnership_id is not distinct from p and y.reverses_id = l.reverses_id)
      end as reversed
    from unnest(lines) l
    left join ledger.transfer w on w.partnership_id is not distinct from p and w.id = l.pending_id
    left join ledger.transfer r on r.partnership_id is not distinct from p and r.id = l.reverses_id
    where l.phase in ('POST', 'VOID') or l.reverses_id is not null)
  select line.n, fault.code, fault.detail from line cross join lateral (values
    (line.phase in ('POST', 'VOID') and (line.same_pending is not true or line.amount > line.pending_amount
      or (line.phase = 'VOID' and line.amount <> line.pending_amount)), 'LG003', 'it does not match a pending transfer'),
    (line.reverses_id is not null and line.mirrors is not true, 'LG004', 'it does not mirror a posted transfer'),
    (line.reversed > line.whole, 'LG004', 'it would reverse more than the whole')
  ) as fault(holds, code, detail)
  where fault.holds order by line.n limit 1
$$;

-- The two sides of each line of a batch, with what each adds to its account's pending and posted totals.
create function ledger.sides(lines ledger.line[])
returns table (id uuid, n bigint, account uuid, side text, pending bigint, posted bigint)
language sql immutable
as $$
  select l.id, l.n, x.account, x.side,
    case l.phase when 'PENDING' then l.amount when 'POSTED' then 0 else -l.released end,
    case when l.phase in ('POSTED', 'POST') then l.amount else 0 end
  from unnest(lines) l cross join lateral (values (l.debit, 'D'), (l.credit, 'C')) as x(account, side)
$$;

-- Generic plans: a plan made for one partnership trusts what was counted of it, and of a new one nothing was; and each
-- check of a reference would be planned anew.
-- The one door. p_lines is an array of objects with the fields of ledger.line (amount in minor units; phase POSTED
-- where absent; n is the place in the array). One lock, one statement a table, each account updated once.
create function ledger.post(p_actor text, p_key text, p_lines jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '5s' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  p uuid := ledger.partnership();
  digest bytea := sha256(convert_to(p_lines::text, 'UTF8'));
  kept ledger.idempotency;
  book ledger.book;
  lines ledger.line[];
  wrong record;
  has_links boolean;
  batch_id uuid := gen_random_uuid();
  moment timestamptz := clock_timestamp();
  last_hash bytea;
  answer jsonb;
begin
  if p is null then raise exception 'no partnership is open for writing' using errcode = '28000'; end if;
  if p_lines is null or jsonb_typeof(p_lines) <> 'array' or jsonb_array_length(p_lines) = 0 then
    raise exception 'a batch has at least one line' using errcode = '22023'; end if;
  -- A text would be read by PostgreSQL's own rules, by which '0x10' and '1_000' are numbers.
  if exists (select from jsonb_array_elements(p_lines) l where jsonb_typeof(l -> 'amount') is distinct from 'number') then
    raise exception 'an amount is a whole number of minor units' using errcode = '22023'; end if;
  select * into book from ledger.book b where b.partnership_id = p for update;
  if not found then raise exception 'no such partnership' using errcode = '28000'; end if;
  select * into kept from ledger.idempotency i where i.partnership_id = p and i.actor = p_actor and i.key = p_key;
  if found then
    if kept.request_sha256 <> digest then
      raise exception 'the idempotency key was used for another request' using errcode = 'LG001'; end if;
    return kept.response || '{"replayed": true}';
  end if;

  select array_agg(row(coalesce(l.id, gen_random_uuid()), l.kind, coalesce(l.phase, 'POSTED'), l.debit, l.credit, l.unit,
      l.amount, l.pending_id, l.reverses_id, l.payer_id, l.payee_id, l.effective_on, l.note, l.expect_debit_version, l.n,
      null)::ledger.line order by l.n)
    into lines
    from rows from (jsonb_to_recordset(p_lines) as (id uuid, kind text, phase text, debit uuid, credit uuid, unit text,
      amount bigint, pending_id uuid, reverses_id uuid, payer_id uuid, payee_id uuid, effective_on date, note text,
      expect_debit_version bigint)) with ordinality
      as l(id, kind, phase, debit, credit, unit, amount, pending_id, reverses_id, payer_id, payee_id, effective_on, note,
      expect_debit_version, n);
  has_links := exists (select from unnest(lines) l where l.phase in ('POST', 'VOID') or l.reverses_id is not null);
  if has_links then
    lines := array(select row(l.id, l.kind, l.phase, l.debit, l.credit, l.unit, l.amount, l.pending_id, l.reverses_id, l.payer_id,
        l.payee_id, l.effective_on, l.note, l.expect_debit_version, l.n,
        (select w.amount from ledger.transfer w where w.partnership_id is not distinct from p and w.id = l.pending_id))::ledger.line
      from unnest(lines) l order by l.n);
    select * into wrong from ledger.link_fault(p, lines);
    if found then raise exception 'line %: %', wrong.n, wrong.detail using errcode = wrong.code; end if;
  end if;
  select * into wrong from ledger.account_fault(p, lines);
  if found then raise exception 'line %: %', wrong.n, wrong.detail using errcode = wrong.code; end if;

  insert into ledger.transfer (partnership_id, id, sequence, batch, phase, kind, debit_account_id, credit_account_id, unit,
      amount, pending_id, reverses_id, investment_id, payer_id, payee_id, effective_on, recorded_at, actor, note,
      previous_hash, hash)
    select p, x.id, x.sequence, batch_id, x.phase, x.kind, x.debit, x.credit, x.unit, x.amount, x.pending_id, x.reverses_id,
      x.investment_id, x.payer_id, x.payee_id, x.effective_on, moment, p_actor, x.note,
      lag(x.hash, 1, book.head) over (order by x.sequence), x.hash
    from (
      select y.*, ledger.chain(ledger.content(p, y.id, y.sequence, batch_id, y.phase, y.kind, y.debit, y.credit, y.unit,
          y.amount, y.pending_id, y.reverses_id, y.investment_id, y.payer_id, y.payee_id, y.effective_on, moment, p_actor,
          y.note), book.head) over (order by y.sequence) as hash
      from (
        select l.id, book.sequence + l.n as sequence, l.phase, l.kind, l.debit, l.credit,
          l.unit, l.amount, l.pending_id, l.reverses_id, coalesce(d.investment_id, c.investment_id) as investment_id,
          l.payer_id, l.payee_id, l.effective_on, l.note
        from unnest(lines) l
        cross join lateral (select a.investment_id from ledger.account a where a.partnership_id is not distinct from p and a.id = l.debit offset 0) d
        cross join lateral (select a.investment_id from ledger.account a where a.partnership_id is not distinct from p and a.id = l.credit offset 0) c
        offset 0) y) x;

  insert into ledger.entry (partnership_id, account_id, version, transfer_id, side, pending, posted, balance_after)
    select p, s.account, a.version + row_number() over w, s.id, s.side, s.pending, s.posted,
      a.credits_posted - a.debits_posted + sum(case s.side when 'C' then s.posted else -s.posted end) over w
    from ledger.sides(lines) s
    cross join lateral (select x.version, x.credits_posted, x.debits_posted from ledger.account x
      where x.partnership_id is not distinct from p and x.id = s.account offset 0) a
    window w as (partition by s.account order by s.n, s.side rows unbounded preceding);

  -- Written as an upsert, which finds each account by its key; the book's lock keeps what was read true.
  insert into ledger.account as kept (partnership_id, id, kind, unit, guard, debits_pending, debits_posted, credits_pending,
      credits_posted, version)
    select p, a.id, a.kind, a.unit, a.guard, a.debits_pending + s.dp, a.debits_posted + s.dq, a.credits_pending + s.cp,
      a.credits_posted + s.cq, a.version + s.n
    from (
      select account, count(*) as n,
        coalesce(sum(pending) filter (where side = 'D'), 0) as dp, coalesce(sum(posted) filter (where side = 'D'), 0) as dq,
        coalesce(sum(pending) filter (where side = 'C'), 0) as cp, coalesce(sum(posted) filter (where side = 'C'), 0) as cq
      from ledger.sides(lines) group by account) s
    cross join lateral (select x.* from ledger.account x where x.partnership_id is not distinct from p and x.id = s.account offset 0) a
  on conflict (partnership_id, id) do update set
    debits_pending = excluded.debits_pending, debits_posted = excluded.debits_posted,
    credits_pending = excluded.credits_pending, credits_posted = excluded.credits_posted, version = excluded.version;

  select t.hash into last_hash from ledger.transfer t
    where t.partnership_id is not distinct from p and t.sequence = book.sequence + jsonb_array_length(p_lines);
  update ledger.book b set sequence = book.sequence + jsonb_array_length(p_lines), head = last_hash where b.partnership_id = p;
  answer := jsonb_build_object('batch', batch_id, 'sequence', book.sequence + jsonb_array_length(p_lines),
    'count', jsonb_array_length(p_lines), 'hash', encode(last_hash, 'hex'));
  insert into ledger.idempotency (partnership_id, actor, key, request_sha256, response) values (p, p_actor, p_key, digest, answer);
  return answer;
end $$;

-- One row for each promise that does not hold; none is a sound ledger. Runs as the caller, over what it may read.
create function ledger.audit() returns table (partnership_id uuid, rule text, detail text)
language sql stable set search_path = pg_catalog
as $$
  select a.partnership_id, 'debits equal credits', a.unit from ledger.account a group by a.partnership_id, a.unit
    having sum(a.debits_posted) <> sum(a.credits_posted) or sum(a.debits_pending) <> sum(a.credits_pending)
  union all
  select a.partnership_id, 'an account is the sum of its entries', a.id::text from ledger.account a
    left join (select e.partnership_id, e.account_id, count(*) as n, max(e.version) as last,
      sum(e.pending) filter (where e.side = 'D') as dp, sum(e.posted) filter (where e.side = 'D') as dq,
      sum(e.pending) filter (where e.side = 'C') as cp, sum(e.posted) filter (where e.side = 'C') as cq
      from ledger.entry e group by e.partnership_id, e.account_id) s
      on s.partnership_id = a.partnership_id and s.account_id = a.id
    where (coalesce(s.dp, 0), coalesce(s.dq, 0), coalesce(s.cp, 0), coalesce(s.cq, 0), coalesce(s.n, 0), coalesce(s.last, 0))
      is distinct from (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, a.version, a.version)
  union all
  select t.partnership_id, 'a transfer has one debit and one credit entry of its amount', t.id::text
    from ledger.transfer t left join ledger.entry e on e.partnership_id = t.partnership_id and e.transfer_id = t.id
    group by t.partnership_id, t.id, t.debit_account_id, t.credit_account_id, t.phase, t.amount
    having count(e.*) <> 2 or count(*) filter (where e.side = 'D' and e.account_id = t.debit_account_id) <> 1
      or count(*) filter (where e.side = 'C' and e.account_id = t.credit_account_id) <> 1
      or (t.phase in ('POSTED', 'POST') and bool_or(e.posted <> t.amount)) or (t.phase = 'PENDING' and bool_or(e.pending <> t.amount))
  union all
  select b.partnership_id, 'the sequence has no gap', b.sequence::text from ledger.book b
    left join (select t.partnership_id, count(*) as n, max(t.sequence) as last from ledger.transfer t group by t.partnership_id) s
      on s.partnership_id = b.partnership_id
    where (b.sequence, b.sequence) is distinct from (coalesce(s.n, 0), coalesce(s.last, 0))
  union all
  select x.partnership_id, 'each transfer continues the hash chain', x.sequence::text
    from (select t.*, lag(t.hash, 1, '\x00') over (partition by t.partnership_id order by t.sequence) as before,
        ledger.content(t.partnership_id, t.id, t.sequence, t.batch, t.phase, t.kind, t.debit_account_id, t.credit_account_id,
        t.unit, t.amount, t.pending_id, t.reverses_id, t.investment_id, t.payer_id, t.payee_id, t.effective_on, t.recorded_at,
        t.actor, t.note) as content from ledger.transfer t) x
    where x.previous_hash <> x.before or x.hash <> sha256(x.previous_hash || convert_to(x.content, 'UTF8'))
  union all
  select b.partnership_id, 'the book ends where the chain ends', encode(b.head, 'hex') from ledger.book b
    left join ledger.transfer t on t.partnership_id = b.partnership_id and t.sequence = b.sequence
    where b.head <> coalesce(t.hash, '\x00')
  union all
  select t.partnership_id, 'no more is reversed than there was', t.id::text from ledger.transfer t
    join (select r.partnership_id, r.reverses_id, sum(r.amount) as amount from ledger.transfer r
      where r.reverses_id is not null group by r.partnership_id, r.reverses_id) s
      on s.partnership_id = t.partnership_id and s.reverses_id = t.id
    where s.amount > t.amount
$$;

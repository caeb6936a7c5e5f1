-- Gifts in kind in the ledger: accounts of a gift's own unit, in which its row by itself posts what is promised.
-- An amount counts thousandths of the unit. All that is promised (IN_KIND, a debit balance) is yet to come (PROMISED), at
-- hand (AT_HAND) or used (USED): credit balances that nobody may overdraw, so that no more comes than is promised, and no
-- more is used than came.

-- An account's id is made of what it holds, so that it is found from the gift alone.
create function ledger.gift_account(gift uuid, kind text, unit text) returns uuid
language sql immutable parallel safe set search_path = pg_catalog
as $$ select md5(concat_ws(' ', gift, kind, unit))::uuid $$;

-- Brings what is promised of a gift, in the unit that `word` names, to `quantity`. What is corrected counts from the
-- promise's first day, and where that turns out to be earlier, the whole promise does.
create function ledger.promise_gift(p uuid, gift uuid, word text, quantity numeric, from_on date, who text) returns void
language plpgsql set search_path = pg_catalog
as $$
declare
  measure text := 'u:' || lower(word);
  whole uuid := ledger.gift_account(gift, 'IN_KIND', measure);
  due uuid := ledger.gift_account(gift, 'PROMISED', measure);
  held bigint;
  since date;
  lines jsonb;
begin
  insert into ledger.account (partnership_id, id, kind, unit, guard, in_kind_id)
    select p, ledger.gift_account(gift, k, measure), k, measure, case k when 'IN_KIND' then 'NONE' else 'NO_OVERDRAFT' end, gift
    from unnest(array['IN_KIND', 'PROMISED', 'AT_HAND', 'USED']) k
    on conflict do nothing;
  select a.debits_posted - a.credits_posted into held from ledger.account a where a.partnership_id = p and a.id = whole;
  select min(t.effective_on) into since from ledger.transfer t where t.partnership_id = p and t.debit_account_id = whole;
  since := coalesce(since, from_on);
  select jsonb_agg(jsonb_build_object('kind', step.kind, 'unit', measure, 'amount', step.amount, 'effective_on', step.day,
      'debit', case step.kind when 'PLEDGE' then whole else due end,
      'credit', case step.kind when 'PLEDGE' then due else whole end)) into lines
    from (values ('PLEDGE', case when from_on < since then held end, from_on),
      ('REFUND', case when from_on < since then held end, since),
      ('PLEDGE', round(quantity * 1000)::bigint - held, least(from_on, since)),
      ('REFUND', held - round(quantity * 1000)::bigint, least(from_on, since))) as step(kind, amount, day)
    where step.amount > 0;
  if lines is not null then
    perform ledger.post(who, 'gift:' || gen_random_uuid(), lines);
  end if;
end $$;

-- A promise begins on the gift's first day; one that lies ahead, or is not known, is promised today.
create function ledger.keep_gift() returns trigger
language plpgsql set search_path = pg_catalog
as $$
declare
  from_on date := greatest(least(coalesce(new.starts_on, current_date), current_date), date '1900-01-01');
  who text := coalesce(nullif(current_setting('app.actor', true), ''), session_user);
begin
  if tg_op = 'UPDATE' and old.unit <> new.unit then
    perform ledger.promise_gift(new.partnership_id, new.id, old.unit, 0, from_on, who);
  end if;
  perform ledger.promise_gift(new.partnership_id, new.id, new.unit, new.quantity, from_on, who);
  return null;
end $$;

create trigger gift_promised after insert or update of quantity, unit, starts_on on public.in_kind_resource
  for each row execute function ledger.keep_gift();

-- One row for each gift whose accounts do not say what its row does, or hold what is none of its own.
create function ledger.gift_audit() returns table (partnership_id uuid, rule text, detail text)
language sql stable set search_path = pg_catalog
as $$
  select k.partnership_id, 'a gift is promised in the ledger as in its row', k.id::text
    from public.in_kind_resource k
    left join ledger.account a on a.partnership_id = k.partnership_id and a.in_kind_id = k.id and a.kind = 'IN_KIND'
    group by k.partnership_id, k.id
    having coalesce(sum(a.debits_posted - a.credits_posted) filter (where a.unit = 'u:' || lower(k.unit)), 0) <> round(k.quantity * 1000)
      or bool_or(a.unit <> 'u:' || lower(k.unit) and a.debits_posted <> a.credits_posted)
  union all
  select a.partnership_id, 'what is promised of a gift is yet to come, at hand or used', a.in_kind_id::text
    from ledger.account a where a.in_kind_id is not null
    group by a.partnership_id, a.in_kind_id, a.unit having sum(a.debits_posted) <> sum(a.credits_posted)
$$;

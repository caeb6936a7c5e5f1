-- Lobbying follows regrants: a dollar that may not pay for lobbying may not do so where it was passed on either.
-- What one award allows by its own letter is lobbying_bound_of_award (lobbying.sql calls it lobbying_bound).

-- What the books moved into an investment from each other one, less what went back (minor units): such dollars were
-- passed on too, whether or not a link says so.
create function ledger.received_from(p uuid, i uuid) returns table (other uuid, amount numeric)
language sql stable set search_path = pg_catalog
as $$
  select o.investment_id, sum(case e.side when 'C' then 1 else -1 end * (e.posted + e.pending))
  from ledger.account c
  join ledger.entry e on e.partnership_id = p and e.account_id = c.id
  join ledger.transfer t on t.partnership_id = p and t.id = e.transfer_id
  join ledger.account o on o.partnership_id = p
    and o.id = case e.side when 'C' then t.debit_account_id else t.credit_account_id end
  where c.partnership_id = p and c.investment_id = i and o.investment_id <> i
  group by o.investment_id
$$;

-- The awards that an investment is paid from, over any number of regrants, and itself.
create function ledger.payers(p uuid, i uuid) returns setof uuid
language sql stable set search_path = pg_catalog
as $$
  with recursive payer(id) as (
    select i
    union
    select s.id from payer r cross join lateral (
      select l.other_id from public.investment_link l
        where l.partnership_id = p and l.investment_id = r.id and l.kind = 'FUNDED_FROM'
      union all
      select f.other from ledger.received_from(p, r.id) f where f.amount > 0) s(id))
  select id from payer
$$;

-- The investments that are paid from an award, over any number of regrants, and itself.
create function ledger.regrants(p uuid, i uuid) returns setof uuid
language sql stable set search_path = pg_catalog
as $$
  with recursive regrant(id) as (
    select i
    union
    select s.id from regrant r cross join lateral (
      select l.investment_id from public.investment_link l
        where l.partnership_id = p and l.other_id = r.id and l.kind = 'FUNDED_FROM'
      union all
      select f.other from ledger.received_from(p, r.id) f where f.amount < 0) s(id))
  select id from regrant
$$;

-- What is spent on lobbying, or about to be, out of an investment (minor units of `unit`).
create function ledger.lobbying_spent(p uuid, i uuid, unit text) returns numeric
language sql stable set search_path = pg_catalog
as $$
  select coalesce(sum(a.credits_posted + a.credits_pending - a.debits_posted), 0) from ledger.account a
  where a.partnership_id = p and a.investment_id = i and a.is_lobbying and a.unit = lobbying_spent.unit
$$;

-- How much of an investment may be spent on lobbying at all (minor units), and in words why not more. Dollars are not
-- told apart once they are passed on, so each award that pays the investment binds it with what that award allows, less
-- what lobbying was paid out of the award itself and its other regrants. Of an award in another currency only that it
-- allows none is known.
create function ledger.lobbying_bound(p uuid, i uuid, on_day date, out bound bigint, out reason text)
language sql stable set search_path = pg_catalog
as $$
  select greatest(least(y.left_over, y.allowed), 0)::bigint,
    case when y.payer <> i then format('it is paid from "%s", and ', left(y.title, 80)) else '' end ||
    case when y.left_over < y.allowed then 'other lobbying has used what that allows' else y.why end
  from (
    select x.payer, b.bound as allowed, b.reason as why, n.title,
      b.bound - (select coalesce(sum(ledger.lobbying_spent(p, r.id, n.currency)), 0)
        from ledger.regrants(p, x.payer) as r(id) where r.id <> i) as left_over
    from ledger.payers(p, i) as x(payer)
    cross join lateral ledger.lobbying_bound_of_award(p, x.payer, on_day) b
    left join public.investment n on n.partnership_id = p and n.id = x.payer
    where b.bound = 0 or x.payer = i
      or n.currency = (select m.currency from public.investment m where m.partnership_id = p and m.id = i)) y
  order by y.left_over, y.payer <> i limit 1
$$;

-- What is learned of an award later (what pays it, what its donor allows, what it is for, who gave it) may not make
-- lobbying forbidden that it has paid for: that has to be reversed first. The argument names the column that holds the
-- award; a funder stands for all of its own.
create function public.guard_lobbying_terms() returns trigger
language plpgsql set search_path = pg_catalog
as $$
declare
  broken record;
begin
  if not exists (select from ledger.account a where a.partnership_id = new.partnership_id and a.is_lobbying
      and a.credits_posted + a.credits_pending > a.debits_posted) then
    return null;
  end if;
  select b.reason into broken
    from (
      select (to_jsonb(new) ->> tg_argv[0])::uuid as id where tg_table_name <> 'funder'
      union all
      select n.id from public.investment n
        where tg_table_name = 'funder' and n.partnership_id = new.partnership_id and n.funder_id = new.id) award
    cross join lateral (
      select r.id, ledger.lobbying_spent(new.partnership_id, r.id, n.currency) as amount
      from ledger.regrants(new.partnership_id, award.id) as r(id)
      join public.investment n on n.partnership_id = new.partnership_id and n.id = r.id offset 0) spent
    cross join lateral ledger.lobbying_bound(new.partnership_id, spent.id, current_date) b
    where spent.amount > 0 and spent.amount > b.bound limit 1;
  if found then
    raise exception 'lobbying was paid out of these dollars and would be forbidden now: %; reverse it first', broken.reason
      using errcode = 'LG006';
  end if;
  return null;
end $$;

create trigger lobbying after insert or update on public.investment_link for each row
  when (new.kind = 'FUNDED_FROM') execute function public.guard_lobbying_terms('investment_id');

create trigger lobbying after insert or update on public.restriction for each row
  execute function public.guard_lobbying_terms('investment_id');

create trigger lobbying after update on public.investment for each row
  when (old.use <> new.use or old.funder_id <> new.funder_id) execute function public.guard_lobbying_terms('id');

create trigger lobbying after update on public.funder for each row
  when (old.kind is distinct from new.kind) execute function public.guard_lobbying_terms('id');

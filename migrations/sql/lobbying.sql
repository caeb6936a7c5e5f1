-- Which dollars may never pay for lobbying, and the guard that keeps them from it. The ledger's own rules are in ledger.sql.

-- How much of an investment may be spent on lobbying at all (minor units), and in words why not more:
-- nothing of a federal award (2 CFR 200.450; 31 USC 1352); nothing of what a private foundation gave for something in
-- particular (26 USC 4945(d)(1) and (e); 26 CFR 53.4945-2(a): general support is no earmark); nothing of what a donor's
-- restriction withholds from it. Runs as the caller, whom row-level security binds.
create function ledger.lobbying_bound(p uuid, i uuid, on_day date, out bound bigint, out reason text)
language plpgsql stable set search_path = pg_catalog
as $$
declare
  award record;
  committed bigint;
  withheld bigint;
begin
  select n.use, f.kind, exists (select from public.restriction r
      where r.partnership_id = p and r.investment_id = i and coalesce(r.until, 'infinity') >= on_day) as is_restricted
    into award from public.investment n join public.funder f on f.partnership_id = n.partnership_id and f.id = n.funder_id
    where n.partnership_id = p and n.id = i;
  if not found then
    bound := 0; reason := 'there is no such investment'; return;
  end if;
  if award.kind = 'FEDERAL' then
    bound := 0; reason := 'federal awards may not pay for lobbying (2 CFR 200.450)'; return;
  end if;
  if award.kind = 'FOUNDATION' and (award.is_restricted or award.use not in ('UNASSIGNED', 'OPERATIONS')) then
    bound := 0;
    reason := 'what a private foundation gave for something in particular may not pay for lobbying (26 USC 4945)';
    return;
  end if;
  select coalesce(sum(a.credits_posted - a.debits_posted), 0) into committed from ledger.account a
    where a.partnership_id = p and a.investment_id = i and a.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE');
  select coalesce(sum(coalesce(r.amount, committed)), 0) into withheld from public.restriction r
    where r.partnership_id = p and r.investment_id = i and not r.lobbying_allowed
      and coalesce(r.until, 'infinity') >= on_day;
  bound := greatest(committed - withheld, 0);
  reason := case when withheld > 0 then 'its donor does not allow lobbying with these dollars'
    else 'it is all that the award holds' end;
end $$;

-- Refuses a posting that would bring what is spent on lobbying above what may be.
create function ledger.guard_lobbying() returns trigger
language plpgsql set search_path = pg_catalog
as $$
declare
  allowed record;
  spent bigint;
begin
  select coalesce(sum(a.credits_posted + a.credits_pending - a.debits_posted), 0) into spent from ledger.account a
    where a.partnership_id = new.partnership_id and a.investment_id = new.investment_id and a.is_lobbying;
  select * into allowed from ledger.lobbying_bound(new.partnership_id, new.investment_id, current_date);
  if spent > allowed.bound then
    raise exception 'lobbying may not be paid out of this investment: %', allowed.reason using errcode = 'LG006';
  end if;
  return null;
end $$;

create trigger lobbying after update on ledger.account for each row
  when (new.is_lobbying and new.credits_posted + new.credits_pending > old.credits_posted + old.credits_pending)
  execute function ledger.guard_lobbying();

-- An action that is lobbying and is paid out of an investment is a transfer of its cost into an account kept for that,
-- and its own day counts for what the donor allows.
create function public.guard_policy_action() returns trigger
language plpgsql set search_path = pg_catalog
as $$
declare
  allowed record;
begin
  select * into allowed from ledger.lobbying_bound(new.partnership_id, new.paid_from_id, new.occurred_on);
  if allowed.bound < new.cost then
    raise exception 'lobbying may not be paid out of this investment: %', allowed.reason using errcode = 'LG006';
  end if;
  if not exists (select from ledger.transfer t join ledger.account c
      on c.partnership_id = t.partnership_id and c.id = t.credit_account_id
      where t.partnership_id = new.partnership_id and t.id = new.transfer_id and t.investment_id = new.paid_from_id
        and t.amount = new.cost and t.unit = new.currency and c.is_lobbying) then
    raise exception 'lobbying is paid by a transfer of just its cost into an account that is kept for it'
      using errcode = 'LG006';
  end if;
  return new;
end $$;

create trigger lobbying before insert or update on public.policy_action for each row
  when (new.classification <> 'NOT_LOBBYING' and new.paid_from_id is not null)
  execute function public.guard_policy_action();

import { graphql } from 'relay-runtime';
export const page = graphql`query trialQuery($slug: String!, $first: Int!, $after: String) {
  partnership(slug: $slug) { id ...trial_awards @arguments(first: $first, after: $after) }
}`;
export const awards = graphql`fragment trial_awards on Partnership
  @argumentDefinitions(first: { type: "Int" }, after: { type: "String" })
  @refetchable(queryName: "trialAwardsQuery") {
  investments(first: $first, after: $after) @connection(key: "trial_investments") {
    edges { node { id title committed { amount currency } funder { organization { name } } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
export const change = graphql`mutation trialMutation($input: RecordInvestmentInput!) {
  recordInvestment(input: $input) { investment { id version } userErrors { field code message } }
}`;

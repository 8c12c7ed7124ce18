/** Providers that people may sign in by, and the way there, which leaves this page. */

import { api, told, unsigned, type Schemas } from "$/api/client";

export type Provider = Schemas["SignInProvider"];

let asked: Promise<Provider[]> | null = null;

/** Those of this server, asked for once; none while it cannot tell, as every other way in goes on. */
export function listProviders(): Promise<Provider[]> {
  asked ??= told(api.GET("/v1/auth/providers", { headers: unsigned })).then(
    ({ providers }) => providers,
    () => {
      asked = null;
      return [];
    },
  );
  return asked;
}

/** Those of them that sign this person in. Throws Problem. */
export async function connectedProviders(): Promise<Provider[]> {
  const { connections } = await told(api.GET("/v1/auth/connections"));
  return connections.map(({ provider }) => provider);
}

/** To the provider, to sign in; `again` has it ask who one is, however lately it did. Throws Problem. */
export async function goToSignIn({ provider }: Provider, again = false): Promise<void> {
  const params = { path: { provider } };
  leave(await told(api.POST("/v1/auth/providers/{provider}/start", { params, headers: unsigned, body: { again } })));
}

/** To the provider, to connect it. Throws Problem. */
export async function goToConnect({ provider }: Provider): Promise<void> {
  const asking = api.POST("/v1/auth/connections/{provider}/start", { params: { path: { provider } } });
  leave(await told(asking));
}

function leave({ authorization_url }: Schemas["ProviderRoad"]): void {
  location.assign(authorization_url);
}

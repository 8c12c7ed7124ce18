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

/** To the provider, to sign in. Throws Problem. */
export async function goToSignIn({ provider }: Provider): Promise<void> {
  const asking = api.POST("/v1/auth/providers/{provider}/start", { params: { path: { provider } }, headers: unsigned });
  leave(await told(asking));
}

/** To the provider, to connect it. Throws Problem. */
export async function goToConnect({ provider }: Provider): Promise<void> {
  const asking = api.POST("/v1/auth/connections/{provider}/start", { params: { path: { provider } } });
  leave(await told(asking));
}

function leave({ authorization_url }: Schemas["ProviderRoad"]): void {
  location.assign(authorization_url);
}

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** Post to a route of the server extension, with Jupyter's own authentication and XSRF token. */
export async function post(route: string, body: object): Promise<void> {
  const settings = ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, 'clinagent', route);
  const init = { method: 'POST', body: JSON.stringify(body) };
  const response = await ServerConnection.makeRequest(url, init, settings);
  if (!response.ok) {
    const reply = await response.json().catch(() => ({}));
    throw new Error(reply.message ?? response.statusText);
  }
}

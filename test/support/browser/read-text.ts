/**
 * A file of the repository, from the server of the page. At once, as tests read their numbers while they are
 * being set up.
 */
export function readText(path: string): string {
  const [, setting] = location.pathname.split('/');
  const request = new XMLHttpRequest();
  request.open('GET', `/${setting}/${path}`, false);
  request.send();
  if (request.status !== 200) throw new Error(`${path}: ${request.status} ${request.statusText}`);
  return request.responseText;
}

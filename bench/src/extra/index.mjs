export async function* runExtras() {}

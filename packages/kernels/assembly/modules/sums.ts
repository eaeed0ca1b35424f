export { columnSums32, columnSums64 } from '../sums';

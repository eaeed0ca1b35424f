export { adam32, adam64 } from '../adam';

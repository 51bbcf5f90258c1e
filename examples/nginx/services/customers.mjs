import { serve } from './service.mjs';

await serve('customers', [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Grace' },
]);

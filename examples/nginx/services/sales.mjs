import { serve } from './service.mjs';

await serve('sales', [
  { customer: 1, product: 'A bicycle', price: 640 },
  { customer: 2, product: 'Two bells', price: 24 },
]);

/** What is sent and answered about webhooks, and how a delivery is signed. */
import Type from 'typebox';
import { reader } from './schemaReader.js';
import { ID_PATTERN } from './wireField.js';

export const WEBHOOK_CHANNELS = ['marginCalls', 'liquidations'] as const;
export type WebhookChannel = (typeof WEBHOOK_CHANNELS)[number];

/** Body of `POST /v1/webhooks`. */
export const WebhookRequest = Type.Object(
  {
    url: Type.String({
      description: 'https address that deliveries are posted to; http only on this machine itself.',
      minLength: 1,
      maxLength: 2048,
    }),
    channels: Type.Array(Type.Union(WEBHOOK_CHANNELS.map((channel) => Type.Literal(channel))), {
      description: 'Channels of the stream that it is told of.',
      minItems: 1,
      maxItems: WEBHOOK_CHANNELS.length,
      uniqueItems: true,
    }),
    clients: Type.Optional(
      Type.Union(
        [Type.Array(Type.String({ pattern: ID_PATTERN }), { minItems: 1, maxItems: 1_000 }), Type.Null()],
        { description: 'Only of the accounts of these clients; null or left out: of all.' },
      ),
    ),
    from: Type.Optional(
      Type.Integer({
        description: 'First sequence to be told of; what has not happened yet when left out.',
        minimum: 1,
        maximum: 999_999_999_999_999,
      }),
    ),
  },
  { additionalProperties: false },
);

export const readWebhookRequest = reader(WebhookRequest);

export const DELIVERY_HEADER = 'x-bulkhead-delivery';
export const DELIVERY_TIMESTAMP_HEADER = 'x-bulkhead-timestamp';
export const DELIVERY_SIGNATURE_HEADER = 'x-bulkhead-signature';

/** The signature is hexadecimal HMAC-SHA-256 of this text under the webhook's secret. */
export function deliveryToSign(timestampMs: number, body: string): string {
  return `${timestampMs}\n${body}`;
}

/** The calculator's answer for an account that is judged as a whole, as tables for people. */
import type { WholeAccountAnswer, WholePositionAnswer } from '../contract/calc.js';
import { pairs, table } from './table.js';

export function wholeText(account: WholeAccountAnswer): string {
  const totals = pairs([
    [`account ${account.id}`, `${account.marginMode} margin, in ${account.valuationAsset}`],
    ['equity', account.equity],
    ['initial margin', account.initialMargin],
    ['maintenance margin', account.maintenanceMargin],
    ['order margin', account.orderMargin],
    ['available', account.available],
    ['margin ratio', account.marginRatio ?? 'no equity'],
    ['liquidatable', account.liquidatable ? 'yes' : 'no'],
  ]);
  const parts = [
    totals,
    account.assets.length === 0 ? '' : table(ASSET_COLUMNS, account.assets.map(assetRow)),
    account.positions.length === 0 ? '' : table(POSITION_COLUMNS, account.positions.map(positionRow)),
    greekText(account.positions),
    account.lines.length === 0 ? '' : table(LINE_COLUMNS, account.lines.map(lineRow)),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

const ASSET_COLUMNS = [
  { title: 'asset' },
  { title: 'balance', align: 'right' },
  { title: 'debt', align: 'right' },
  { title: 'positions', align: 'right' },
  { title: 'price', align: 'right' },
  { title: 'haircut', align: 'right' },
  { title: 'counts for', align: 'right' },
  { title: 'removable', align: 'right' },
  { title: 'liquidation', align: 'right' },
] as const;

function assetRow(asset: WholeAccountAnswer['assets'][number]): string[] {
  return [
    asset.asset,
    asset.balance,
    asset.debt,
    asset.profit,
    asset.price,
    asset.haircut,
    asset.value,
    asset.removable,
    asset.liquidationPrice ?? 'none',
  ];
}

const POSITION_COLUMNS = [
  { title: 'instrument' },
  { title: 'side' },
  { title: 'contracts', align: 'right' },
  { title: 'mark', align: 'right' },
  { title: 'notional', align: 'right' },
  { title: 'unrealized', align: 'right' },
  { title: 'initial', align: 'right' },
  { title: 'maintenance', align: 'right' },
  { title: 'liquidation', align: 'right' },
] as const;

function positionRow(position: WholePositionAnswer): string[] {
  return [
    position.instrument,
    position.side,
    position.contracts,
    position.markPrice,
    position.notional,
    position.unrealizedPnl ?? '',
    position.initialMargin,
    position.maintenanceMargin,
    position.liquidationPrice ?? position.liquidationPriceReason ?? 'none',
  ];
}

const GREEK_COLUMNS = [
  { title: 'option' },
  { title: 'volatility', align: 'right' },
  { title: 'delta', align: 'right' },
  { title: 'gamma', align: 'right' },
  { title: 'vega a point', align: 'right' },
  { title: 'theta a day', align: 'right' },
] as const;

function greekText(positions: readonly WholePositionAnswer[]): string {
  const rows = positions.flatMap(({ instrument, impliedVolatility, greeks }) =>
    greeks === null || impliedVolatility === null
      ? []
      : [
          [
            instrument,
            `${(impliedVolatility * 100).toFixed(2)}%`,
            ...[greeks.delta, greeks.gamma, greeks.vega, greeks.theta].map((value) => value.toPrecision(5)),
          ],
        ],
  );
  return rows.length === 0 ? '' : table(GREEK_COLUMNS, rows);
}

const LINE_COLUMNS = [{ title: 'line' }, { title: 'of' }, { title: 'amount', align: 'right' }] as const;

function lineRow(line: WholeAccountAnswer['lines'][number]): string[] {
  const { instrument, leg, asset, detail } = line;
  return [
    line.name,
    detail ?? [instrument ?? asset, leg].filter((part) => part !== undefined).join(' '),
    line.amount,
  ];
}

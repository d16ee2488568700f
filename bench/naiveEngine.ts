/**
 * The baseline of `commands.ts`: an engine as one writes it first. Objects with bigint balances in maps, a JSON
 * line per event, a scan over all positions at each tick, one sync for each batch. It does a part of the work
 * only (no laws, no hash, no recovery), so the comparison flatters it.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { ExternalCommand } from '../src/engine/index.js';

interface Account {
  balance: bigint;
  lots: bigint;
  cost: bigint;
}

const UNIT = 100n;

export function createNaiveEngine(path: string, batch: number) {
  const accounts = new Map<string, Account>();
  const file = openSync(path, 'w');
  let lines: string[] = [];
  let mark = 0n;
  let sequence = 0;
  let liquidations = 0;

  function record(event: object): void {
    lines.push(
      JSON.stringify(event, (_key, value) => (typeof value === 'bigint' ? value.toString() : value)),
    );
    if (lines.length >= batch) flush();
  }

  function flush(): void {
    if (lines.length === 0) return;
    writeSync(file, `${lines.join('\n')}\n`);
    fdatasyncSync(file);
    lines = [];
  }

  function equity(account: Account): bigint {
    return account.balance + (account.lots * mark * UNIT) / 10n - account.cost;
  }

  function margin(account: Account, ratePpm: bigint): bigint {
    const lots = account.lots < 0n ? -account.lots : account.lots;
    return (lots * mark * UNIT * ratePpm) / 10_000_000n;
  }

  function trade(id: string, lots: bigint, priceTicks: bigint, feePpm: bigint): void {
    const account = accounts.get(id) as Account;
    const value = lots * priceTicks * UNIT;
    const isAgainst = account.lots !== 0n && account.lots > 0n !== lots > 0n;
    if (isAgainst) {
      const [size, held] = [lots < 0n ? -lots : lots, account.lots < 0n ? -account.lots : account.lots];
      const closed = size < held ? size : held;
      const closedCost = (account.cost * closed) / held;
      const closedValue = (value * closed) / size;
      account.balance += -closedValue - closedCost;
      account.cost += value - closedValue - closedCost;
    } else {
      account.cost += value;
    }
    account.lots += lots;
    account.balance -= ((value < 0n ? -value : value) * feePpm) / 1_000_000n;
    if (equity(account) < margin(account, 100_000n)) throw new Error('insufficient margin');
  }

  function submit(commandId: string, command: ExternalCommand): void {
    sequence++;
    switch (command.kind) {
      case 'openAccount':
        accounts.set(command.account, { balance: 0n, lots: 0n, cost: 0n });
        break;
      case 'allocate':
        (accounts.get(command.account) as Account).balance += command.amountMinor;
        break;
      case 'fill':
        trade(command.buyer.id, command.lots, command.priceTicks, 400n);
        trade(command.seller.id, -command.lots, command.priceTicks, 100n);
        break;
      case 'mark':
        mark = command.marks[0]?.markTicks ?? mark;
        for (const account of accounts.values()) {
          if (account.lots !== 0n && equity(account) <= margin(account, 5_000n)) liquidations++;
        }
        break;
      default:
        break;
    }
    record({ sequence, commandId, command, liquidations });
  }

  return {
    submit,
    close(): void {
      flush();
      closeSync(file);
    },
  };
}

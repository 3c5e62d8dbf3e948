//! What people ask for, and what anyone does for them.

use super::*;

impl World {
    pub fn request(&mut self, who: usize, side: Side, amount: u64, within: bool) -> Result<(), BatchError> {
        let now = UnixTime(self.now);
        let (number, opens) = self.state.queue.taking(now);
        let request = Request {
            side,
            amount,
            class: if within {
                Class::WithinOnePercent
            } else {
                Class::AnyPrice
            },
            reference: within.then(|| {
                let batch = self.batches.get(number as usize);
                let reference = batch.and_then(|batch| batch.reference);
                reference.unwrap_or(self.state.share_mark.value)
            }),
        };
        let before = if opens {
            Batch::opened(now)
        } else {
            self.batches[number as usize]
        };
        let person = &mut self.people[who];
        let held = match side {
            Side::Deposit => &mut person.quote,
            Side::Redemption => &mut person.shares,
        };
        if amount == 0 || *held < amount {
            return Err(BatchError::OutOfRange);
        }
        let batch = before.with_request(&request, &self.state.share_mark, now)?;
        *held -= amount;
        person.tickets.push((
            number,
            Ticket {
                side,
                class: request.class,
                amount,
                claimed: 0,
                requested_at: now,
            },
        ));
        if opens {
            assert_eq!(number as usize, self.batches.len());
            self.batches.push(batch);
        } else {
            self.batches[number as usize] = batch;
        }
        self.state.queue = self.state.queue.taken(number, now);
        if side == Side::Deposit {
            self.state.ledger.pending_deposits += amount;
        }
        Ok(())
    }

    pub fn price(&mut self, number: usize) -> Result<Pricing, BatchError> {
        let batch = *self.batches.get(number).ok_or(BatchError::StillOpen)?;
        let pricing = price_batch(&self.appraise(), &batch, number as u64)?;
        let seen = self.seen();
        self.record(seen);
        self.batches[number] = pricing.batch;
        self.state.ledger = pricing.ledger;
        self.state.leaving = pricing.leaving;
        self.state.queue = pricing.queue;
        self.state.fees = pricing.fees;
        self.state.cases = pricing.cases;
        self.state.outflow = pricing.outflow;
        self.supply = self.supply + pricing.minted.0 - pricing.burnt.0;
        Ok(pricing)
    }

    pub fn exit_liquid(&mut self, number: usize) -> Result<u64, BatchError> {
        let batch = self.batches.get(number).ok_or(BatchError::StillOpen)?;
        let liquid = Liquid {
            vault: &self.state,
            minted: Shares(self.supply),
            number: number as u64,
            now: UnixTime(self.now),
        };
        let advanced = advance(batch, &liquid)?;
        if advanced.batch.priced_at.is_none() {
            self.state.queue = self.state.queue.closed(number as u64);
        }
        self.batches[number] = advanced.batch;
        self.state.ledger = advanced.ledger;
        Ok(advanced.amount)
    }

    pub fn claim(&mut self, who: usize) {
        let mut kept = Vec::new();
        for (number, mut ticket) in std::mem::take(&mut self.people[who].tickets) {
            let due = ticket.claim(&self.batches[number as usize]);
            self.people[who].quote += due.quote;
            self.people[who].shares += due.shares.0;
            self.state.ledger.owed -= due.quote;
            ticket.claimed += due.quote;
            if !due.ends {
                kept.push((number, ticket));
            }
        }
        self.people[who].tickets = kept;
    }

    /// Takes back the oldest ticket.
    pub fn cancel(&mut self, who: usize) -> Result<(), BatchError> {
        let (number, ticket) = *self.people[who].tickets.first().ok_or(BatchError::Final)?;
        let batch = &mut self.batches[number as usize];
        *batch = batch.without(&ticket, UnixTime(self.now))?;
        self.people[who].tickets.remove(0);
        match ticket.side {
            Side::Deposit => {
                self.people[who].quote += ticket.amount;
                self.state.ledger.pending_deposits -= ticket.amount;
            }
            Side::Redemption => self.people[who].shares += ticket.amount,
        }
        Ok(())
    }
}

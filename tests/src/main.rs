//! What needs several crates or the built binary: kills, concurrency, the export, golden histories, views and
//! damage at the size of the demonstration. `DURE_FULL=1` raises the counts, `DURE_SEED` repeats a campaign.

mod accounts;
mod architecture;
mod bad_input;
mod campaign;
mod codes;
mod concurrency;
mod crash;
mod demo;
mod documents;
mod effects;
mod export;
mod folder;
mod golden;
mod graphs;
mod history;
mod imports;
mod receiver;
mod reservations;
mod rounds;
mod simulation;
mod views;
mod webhooks;
mod years;

//! What `--check` prints.

use ballast_rpc::{Node, ServiceError};

/// Lines that were printed, and whether all are well.
#[derive(Debug, Default)]
pub struct Checks {
    last: Option<ServiceError>,
}

impl Checks {
    /// Something is as it should be.
    pub fn ok(&mut self, what: &str, words: &str) {
        println!("ok      {what}: {words}");
    }

    /// Something would keep the service from its work.
    pub fn failed(&mut self, what: &str, error: ServiceError) {
        println!("FAILED  {what}: {error}");
        self.last = Some(error);
    }

    /// Asks every node; all have to be of one cluster.
    pub async fn nodes(&mut self, node: &Node) {
        let mut first = None;
        for (url, answer) in node.genesis_of_each().await {
            match answer {
                Err(error) => self.failed("node", error.into()),
                Ok(genesis) if *first.get_or_insert(genesis) != genesis => self.failed(
                    "node",
                    ServiceError::Config(format!("{url} is of another cluster than the first: genesis {genesis}")),
                ),
                Ok(genesis) => self.ok("node", &format!("{url} answers; genesis {genesis}")),
            }
        }
    }

    /// Ends with what failed last.
    ///
    /// # Errors
    /// What failed last.
    pub fn end(self) -> Result<(), ServiceError> {
        self.last.map_or(Ok(()), Err)
    }
}

//! What `--check` prints.

use ballast_rpc::{Node, ServiceError};
use std::fmt::Display;

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
        let graver = |last: &ServiceError| error.exit_code() >= last.exit_code();
        if self.last.as_ref().is_none_or(graver) {
            self.last = Some(error);
        }
    }

    /// Something is not as it should be, and the service works all the same.
    pub fn warning(&mut self, what: &str, error: &dyn Display) {
        println!("warning {what}: {error}");
    }

    /// Some of one kind that stand in for each other: the service works while one of them does, and
    /// none is what cannot work.
    pub fn any_of<T: Display>(&mut self, what: &str, answers: Vec<(T, Result<String, ServiceError>)>) {
        let one_works = answers.iter().any(|(_, answer)| answer.is_ok());
        for (name, answer) in answers {
            match answer {
                Ok(words) => self.ok(what, &format!("{name} {words}")),
                Err(error @ ServiceError::Config(_)) => self.failed(what, error),
                Err(error) if one_works => self.warning(what, &error),
                Err(error) => self.failed(what, error),
            }
        }
    }

    /// Asks every node; one has to answer, and all that do have to be of one cluster.
    pub async fn nodes(&mut self, node: &Node) {
        let mut first = None;
        let mut answers = Vec::new();
        for (url, answer) in node.genesis_of_each().await {
            let words = answer.map_err(ServiceError::from).and_then(|genesis| {
                if *first.get_or_insert(genesis) == genesis {
                    return Ok(format!("answers; genesis {genesis}"));
                }
                Err(ServiceError::Config(format!(
                    "{url} is of another cluster than the first: genesis {genesis}"
                )))
            });
            answers.push((url, words));
        }
        self.any_of("node", answers);
    }

    /// Ends with what failed last: a setting that cannot work before a node that does not answer.
    ///
    /// # Errors
    /// What failed last.
    pub fn end(self) -> Result<(), ServiceError> {
        self.last.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_works_is_enough_and_what_cannot_work_is_graver_than_a_node() {
        let down = || ServiceError::Network("it is down".to_owned());
        let wrong = || ServiceError::Config("it is no address".to_owned());
        let mut checks = Checks::default();
        checks.any_of("node", vec![("a", Err(down())), ("b", Ok("answers".to_owned()))]);
        assert!(checks.end().is_ok());
        let mut checks = Checks::default();
        checks.any_of("node", vec![("a", Ok("answers".to_owned())), ("b", Err(wrong()))]);
        assert_eq!(checks.end().unwrap_err().exit_code(), 2);
        let mut checks = Checks::default();
        checks.any_of("node", vec![("a", Err(down()))]);
        checks.failed("vault", wrong());
        checks.failed("websocket", down());
        assert_eq!(checks.end().unwrap_err().exit_code(), 2);
    }
}

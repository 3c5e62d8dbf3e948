use super::*;
use crate::error::ServiceError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request on a loopback port with `body`.
async fn node_that_says(body: &'static str) -> Node {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Node::new(&format!("http://{address}"))
}

#[tokio::test]
async fn nonsense_is_one_line_that_says_what_to_check() {
    for body in [
        "<html>It works!</html>",
        "",
        "[]",
        "null",
        r#"{"jsonrpc":"2.0","id":1,"result":"42"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"context":{"slot":1},"value":[]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"context":{"slot":1},"value":[{"data":["???","base64"],"executable":false,"lamports":1,"owner":"nobody","rentEpoch":0,"space":3}]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}"#,
    ] {
        let error = node_that_says(body)
            .await
            .accounts(&[Pubkey::default()])
            .await
            .unwrap_err();
        let line = error.to_string();
        assert!(
            !line.contains('\n') && line.contains("http://127.0.0.1"),
            "{body}: {line}"
        );
        assert_eq!(ServiceError::from(error).exit_code(), 1);
    }
}

#[tokio::test]
async fn a_dead_port_says_that_the_node_cannot_be_reached() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = Node::new(&format!("http://127.0.0.1:{port}"))
        .blockhash()
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("cannot reach the node"), "{error}");
}

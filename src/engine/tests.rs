//! Both ends of the engine in one thread, full and resumed.

use std::cell::RefCell;
use std::sync::Arc;

use super::*;
use crate::error::Reason;
use crate::wire::{Alert, Version};

#[derive(Default)]
struct Recorder {
    sessions: RefCell<Vec<SessionSecrets>>,
    issued: RefCell<Vec<SessionSecrets>>,
    reject: bool,
}

impl Delegate for Recorder {
    fn longest_certificate_list(&self) -> usize {
        usize::MAX
    }
    fn check_server_group(&self, _: u16) -> Result<(), PeerRejected> {
        Ok(())
    }
    fn may_sign(&self, _: u16) -> bool {
        true
    }
    fn verify_peer(&self, chain: &[&[u8]], _: &[u8]) -> Result<(), PeerRejected> {
        assert!(!chain.is_empty());
        match self.reject {
            false => Ok(()),
            true => Err(PeerRejected {
                reason: Reason::CERTIFICATE_VERIFY_FAILED,
                alert: Alert::UNKNOWN_CA,
            }),
        }
    }
    fn extensions_come(&self) -> Result<(), PeerRejected> {
        Ok(())
    }
    fn check_signature(&self, _: &PeerSignature<'_>) -> Result<(), PeerRejected> {
        Ok(())
    }
    fn verify_signature(&self, signed: &PeerSignature<'_>) -> bool {
        signed.signature == b"signed"
    }
    fn client_credentials(&self, _: &CertificateRequest<'_>) -> Option<CertifiedKey> {
        None
    }
    fn client_authentication(&self) -> ClientAuthentication {
        ClientAuthentication::None
    }
    fn has_failed(&self) -> bool {
        false
    }
    fn will_sign(&self, _: usize, _: u16) -> Result<(), PeerRejected> {
        Ok(())
    }
    fn staple(&self) -> Result<Option<Vec<u8>>, PeerRejected> {
        Ok(None)
    }
    fn peer_signed(&self, _: u16) {}
    fn wants_key_log(&self) -> bool {
        false
    }
    fn key_log(&self, _: &str, _: &[u8], _: &[u8]) {}
    fn master_secret(&self, _: &[u8]) {}
    fn issue_ticket(&self, session: SessionSecrets) -> Option<Vec<u8>> {
        self.issued.borrow_mut().push(session);
        Some(format!("ticket {}", self.issued.borrow().len()).into_bytes())
    }
    fn keep_session(&self, session: SessionSecrets) {
        self.issued.borrow_mut().push(session);
    }
    fn received_session(&self, session: SessionSecrets) {
        self.sessions.borrow_mut().push(session);
    }
}

struct FakeKey;

impl ExternalKey for FakeKey {
    fn signature_schemes(&self, _: Version) -> Vec<u16> {
        vec![0x0403]
    }
    fn sign(&self, _: u16, _: &[u8]) -> Option<Vec<u8>> {
        Some(b"signed".to_vec())
    }
}

fn profile(version: Version) -> Arc<Profile> {
    let (tls13, tls12): (&[u16], &[u16]) = match version {
        Version::TLS1_3 => (&[0x1302], &[]),
        _ => (&[], &[0xc02b]),
    };
    let groups = [0x001d_u16];
    Arc::new(
        Profile::new(
            None,
            tls13.iter().copied(),
            tls12.iter().copied(),
            groups.into_iter(),
            false,
        )
        .unwrap(),
    )
}

struct Ends {
    client: Engine,
    server: Engine,
    at_client: Recorder,
    at_server: Recorder,
}

fn ends(
    version: Version,
    session: Option<SessionSecrets>,
    resume: Option<ResumeOffer>,
    tls12_tickets: bool,
    reject: bool,
) -> Ends {
    let policy = EarlyDataPolicy::Absent;
    ends_with_early_data(version, session, resume, tls12_tickets, reject, policy)
}

/// The client announces early data unless the server's policy is that there is none.
fn ends_with_early_data(
    version: Version,
    session: Option<SessionSecrets>,
    resume: Option<ResumeOffer>,
    tls12_tickets: bool,
    reject: bool,
    early_data: EarlyDataPolicy,
) -> Ends {
    let mut ends = Ends {
        client: Engine::default(),
        server: Engine::default(),
        at_client: Recorder {
            reject,
            ..Recorder::default()
        },
        at_server: Recorder::default(),
    };
    ends.client
        .connect(
            ClientParameters {
                profile: profile(version),
                server_name: Some("localhost".into()),
                alpn: vec![b"h2".to_vec()],
                session,
                early_data: early_data != EarlyDataPolicy::Absent,
                signature_schemes: vec![0x0403],
                signing_schemes: vec![0x0403],
                authorities: Vec::new(),
                binds_curves: false,
                may_authenticate: false,
                request_ocsp: false,
                hello_change: ClientHelloChange::default(),
                tls12_tickets,
                max_fragment: 16384,
            },
            &ends.at_client,
        )
        .unwrap();
    ends.server
        .accept(server_parameters(
            version,
            resume,
            tls12_tickets,
            early_data,
        ))
        .unwrap();
    ends
}

fn server_parameters(
    version: Version,
    resume: Option<ResumeOffer>,
    tls12_tickets: bool,
    early_data: EarlyDataPolicy,
) -> Box<ServerParameters> {
    Box::new(ServerParameters {
        profile: profile(version),
        version,
        credentials: vec![CertifiedKey::new(vec![vec![0x30, 0]], Arc::new(FakeKey), None).unwrap()],
        signature_schemes: vec![0x0403],
        binds_curves: false,
        client_signature_schemes: vec![0x0403],
        alpn: Some(b"h2".to_vec()),
        staple: false,
        client_authentication: ClientAuthentication::None,
        may_ask_later: false,
        client_ca_names: Vec::new(),
        resume,
        early_data,
        early_answer: early_data == EarlyDataPolicy::Accept,
        tickets: TicketPolicy {
            tls12: tls12_tickets,
            count: 2,
            lifetime: 7200,
        },
        session_ids: !tls12_tickets,
        preferred_suite: None,
        session_id: Some([9; 32]),
        hello_changes: HelloChanges::default(),
        max_fragment: 16384,
        hidden_master_secret: None,
    })
}

/// What `ClientHello` says for a session id.
fn offered_id(records: &[u8]) -> &[u8] {
    &records[44..44 + usize::from(records[43])]
}

/// Processes a record, also one with a ServerHello.
fn process(engine: &mut Engine, at: &Recorder) -> Result<processing::Progress, Failure> {
    loop {
        if let Processed::Records(progress) = engine.process(at)? {
            return Ok(progress);
        }
    }
}

/// Moves what one end has written to the other, record by record, and collects plaintext.
fn transfer(from: &mut Engine, to: &mut Engine, at: &Recorder) -> Result<Vec<u8>, Failure> {
    let bytes = from.outgoing().to_vec();
    from.wrote(bytes.len());
    let mut rest = bytes.as_slice();
    let mut plaintext = Vec::new();
    while !rest.is_empty() {
        let missing = to.input.missing();
        let count = missing.len().min(rest.len());
        missing[..count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        if to.received(count).unwrap() {
            process(to, at)?;
            plaintext.extend_from_slice(to.pending());
            to.consume(to.pending().len());
        }
    }
    Ok(plaintext)
}

fn handshake(ends: &mut Ends) -> Result<(), Failure> {
    for _ in 0..4 {
        transfer(&mut ends.client, &mut ends.server, &ends.at_server)?;
        transfer(&mut ends.server, &mut ends.client, &ends.at_client)?;
    }
    assert!(!ends.client.is_handshaking() && !ends.server.is_handshaking());
    Ok(())
}

fn offer(client: &SessionSecrets, server: &SessionSecrets, identity: &[u8]) -> ResumeOffer {
    assert!(client.secret == server.secret);
    ResumeOffer {
        identity: identity.to_vec(),
        session: server.clone(),
        cipher_suite: server.cipher_suite,
        server_name: Some("localhost".into()),
    }
}

/// Sends a ticket, and gives the session as the client and as the server know it.
fn ticket(ends: &mut Ends, ticket: &[u8]) -> (SessionSecrets, SessionSecrets) {
    let secrets = ends.server.next_ticket().unwrap();
    ends.server
        .send_ticket(&secrets, ticket, 7200, 0x1234_5678, 900)
        .unwrap();
    transfer(&mut ends.server, &mut ends.client, &ends.at_client).unwrap();
    let client = ends.at_client.sessions.take().pop().unwrap();
    let mut server = client.clone();
    server.secret = secrets.psk.clone();
    (client, server)
}

#[test]
fn rustls_sends_no_tls13_ticket() {
    let mut both = ends(Version::TLS1_3, None, None, false, false);
    handshake(&mut both).unwrap();
    assert!(both.at_client.sessions.borrow().is_empty());
    assert!(both.at_server.issued.borrow().is_empty());
}

#[test]
fn a_tls13_ticket_resumes_from_our_own_copies() {
    let mut first = ends(Version::TLS1_3, None, None, false, false);
    handshake(&mut first).unwrap();
    assert!(!first.server.facts().resumed);
    let (one, _) = ticket(&mut first, b"ticket 1");
    let (client, server) = ticket(&mut first, b"ticket 2");
    assert!(one.secret != client.secret);
    assert_eq!(client.ticket, b"ticket 2");
    assert_eq!((client.lifetime, client.age_add), (7200, 0x1234_5678));
    assert_eq!(client.max_early_data, 900);

    let resume = offer(&client, &server, b"ticket 2");
    let mut second = ends(Version::TLS1_3, Some(client), Some(resume), false, true);
    handshake(&mut second).unwrap();
    assert!(second.server.facts().resumed && second.client.facts().resumed);
    assert_eq!(second.client.facts().alpn.as_deref(), Some(&b"h2"[..]));
}

#[test]
fn early_data_is_taken_or_skipped_as_the_policy_says() {
    for policy in [EarlyDataPolicy::Accept, EarlyDataPolicy::Reject] {
        let mut first = ends(Version::TLS1_3, None, None, false, false);
        handshake(&mut first).unwrap();
        let (client, server) = ticket(&mut first, b"ticket");
        let resume = offer(&client, &server, b"ticket");
        let mut second = ends_with_early_data(
            Version::TLS1_3,
            Some(client),
            Some(resume),
            false,
            true,
            policy,
        );
        assert!(second.client.can_write_early() && !second.server.has_answered());
        second.client.write_early(b"early").unwrap();
        let accepted = policy == EarlyDataPolicy::Accept;
        let received = transfer(&mut second.client, &mut second.server, &second.at_server).unwrap();
        assert!(second.server.has_answered() && second.server.is_handshaking());
        assert_eq!(second.server.early_data_accepted(), accepted);
        if accepted {
            assert_eq!(received, b"early");
            second.server.write(b"answer").unwrap();
        } else {
            assert_eq!(received, b"");
        }
        let received = transfer(&mut second.server, &mut second.client, &second.at_client).unwrap();
        assert_eq!(received, if accepted { &b"answer"[..] } else { b"" });
        handshake(&mut second).unwrap();
        assert!(second.server.facts().resumed && second.client.facts().resumed);
        assert_eq!(second.client.early_data_accepted(), accepted);
        assert!(!second.client.can_write_early());
        let mut secrets = [[0; 32]; 2];
        for (engine, secret) in [&mut second.client, &mut second.server]
            .into_iter()
            .zip(&mut secrets)
            .take(if accepted { 2 } else { 0 })
        {
            engine.export_early(b"EXPORTER-a", b"", secret).unwrap();
            assert_ne!(*secret, [0; 32]);
        }
        assert_eq!(secrets[0], secrets[1]);
    }
}

#[test]
fn tickets_go_out_between_application_data_and_may_be_longer_than_a_record() {
    let mut both = ends(Version::TLS1_3, None, None, false, false);
    handshake(&mut both).unwrap();
    assert!(both.client.next_ticket().is_none());
    both.server.write(b"before").unwrap();
    let secrets = both.server.next_ticket().unwrap();
    let long = vec![3; 40000];
    both.server.send_ticket(&secrets, &long, 1, 2, 0).unwrap();
    both.server.write(b" after").unwrap();
    let received = transfer(&mut both.server, &mut both.client, &both.at_client).unwrap();
    assert_eq!(received, b"before after");
    let sessions = both.at_client.sessions.take();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].ticket, long);
    assert_eq!(sessions[0].max_early_data, 0);
    assert!(sessions[0].secret == secrets.psk);
}

#[test]
fn a_tls12_session_resumes_by_ticket_and_by_id() {
    for tickets in [true, false] {
        let mut first = ends(Version::TLS1_2, None, None, tickets, false);
        handshake(&mut first).unwrap();
        let client = first.at_client.sessions.borrow()[0].clone();
        let server = first.at_server.issued.borrow()[0].clone();
        assert!(client.extended_master_secret);
        let identity = match tickets {
            true => client.ticket.clone(),
            false => client.session_id.clone(),
        };
        assert!(!identity.is_empty());
        if !tickets {
            assert_eq!(identity, [9; 32], "the planned id");
        }
        let resume = offer(&client, &server, &identity);
        let mut second = ends(Version::TLS1_2, Some(client), Some(resume), tickets, true);
        handshake(&mut second).unwrap();
        assert!(second.server.facts().resumed && second.client.facts().resumed);
    }
}

#[test]
fn records_carry_16384_bytes_in_both_versions() {
    for version in [Version::TLS1_2, Version::TLS1_3] {
        let mut both = ends(version, None, None, false, false);
        handshake(&mut both).unwrap();
        both.client.write(&[7; 16384]).unwrap();
        let overhead = if version == Version::TLS1_2 { 24 } else { 17 };
        assert_eq!(both.client.outgoing().len(), 5 + 16384 + overhead);
        let received = transfer(&mut both.client, &mut both.server, &both.at_server).unwrap();
        assert_eq!(received, [7; 16384]);
    }
}

#[test]
fn a_refused_certificate_ends_the_handshake_with_the_alert_of_the_verifier() {
    for version in [Version::TLS1_2, Version::TLS1_3] {
        let mut both = ends(version, None, None, false, true);
        let failure = handshake(&mut both).unwrap_err();
        assert_eq!(failure.reason, Reason::CERTIFICATE_VERIFY_FAILED);
        assert_eq!(failure.alert, FatalAlert::Queued(Alert::UNKNOWN_CA));
        let seen = transfer(&mut both.client, &mut both.server, &both.at_server).unwrap_err();
        assert_eq!(seen.alert, FatalAlert::Received(Alert::UNKNOWN_CA));
        assert_eq!(seen.reason, Reason(1048));
    }
}

#[test]
fn an_engine_that_is_started_again_reports_nothing_of_the_handshake_before() {
    let mut both = ends(Version::TLS1_3, None, None, false, false);
    transfer(&mut both.client, &mut both.server, &both.at_server).unwrap();
    transfer(&mut both.server, &mut both.client, &both.at_client).unwrap();
    let policy = EarlyDataPolicy::Absent;
    let parameters = server_parameters(Version::TLS1_3, None, false, policy);
    both.server.accept(parameters).unwrap();
    process(&mut both.server, &both.at_server).unwrap();
    assert_eq!(both.server.next_event(), None);
}

#[test]
fn close_notify_is_reported() {
    let mut both = ends(Version::TLS1_3, None, None, false, false);
    handshake(&mut both).unwrap();
    both.client.send_close_notify();
    let bytes = both.client.outgoing().to_vec();
    for byte in bytes {
        both.server.input.missing()[0] = byte;
        if both.server.received(1).unwrap() {
            assert!(process(&mut both.server, &both.at_server).unwrap().closed);
        }
    }
}

#[test]
fn a_client_sends_the_id_of_its_session_with_a_tls12_ticket() {
    let session = SessionSecrets {
        version: Version::TLS1_2,
        cipher_suite: 0xc02b,
        secret: zeroize::Zeroizing::new(vec![1; 48]),
        session_id: vec![5; 32],
        ticket: b"ticket".to_vec(),
        ..SessionSecrets::default()
    };
    let both = ends(Version::TLS1_2, Some(session), None, true, false);
    assert_eq!(offered_id(both.client.outgoing()), [5; 32]);
}

#[test]
fn the_finished_messages_are_known_to_both_ends() {
    for version in [Version::TLS1_2, Version::TLS1_3] {
        let mut both = ends(version, None, None, false, false);
        handshake(&mut both).unwrap();
        assert_eq!(both.client.finished(), both.server.finished());
        let expected = if version == Version::TLS1_2 { 12 } else { 48 };
        assert_eq!(both.client.finished().client.len(), expected);
        assert_eq!(both.client.finished().server.len(), expected);
        assert_ne!(both.client.finished().client, both.client.finished().server);
    }
}

#[test]
fn any_alert_can_be_sent_with_and_without_keys() {
    for version in [Version::TLS1_2, Version::TLS1_3] {
        let mut both = ends(version, None, None, false, false);
        handshake(&mut both).unwrap();
        both.server.send_alert(Alert::INTERNAL_ERROR);
        let seen = transfer(&mut both.server, &mut both.client, &both.at_client).unwrap_err();
        assert_eq!(seen.alert, FatalAlert::Received(Alert::INTERNAL_ERROR));
    }
    let mut early = ends(Version::TLS1_3, None, None, false, false);
    early.client.discard_outgoing();
    early.client.send_alert(Alert::INTERNAL_ERROR);
    assert_eq!(early.client.outgoing(), [21, 3, 3, 0, 2, 2, 80]);
}

#[test]
fn exported_keying_material_is_equal_on_both_ends_and_may_be_asked_for_twice() {
    let mut both = ends(Version::TLS1_3, None, None, false, false);
    handshake(&mut both).unwrap();
    let (mut a, mut b) = ([0; 32], [1; 32]);
    for _ in 0..2 {
        both.client
            .export(b"EXPORTER-a", Some(b"c"), &mut a)
            .unwrap();
        both.server
            .export(b"EXPORTER-a", Some(b"c"), &mut b)
            .unwrap();
        assert_eq!(a, b);
    }
}

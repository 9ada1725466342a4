//! A browser at a relay, for tests: says what it wants in messages that are right, or nearly.

use std::net::SocketAddr;

use turn_server_proto::types::attribute::{ChannelNumber, Data, Lifetime, RequestedTransport, XorPeerAddress};
use turn_server_proto::types::message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND};
use turn_server_proto::types::stun::attribute::{ErrorCode, Nonce, Realm, Username};
use turn_server_proto::types::stun::message::{
    IntegrityAlgorithm, LongTermCredentials, Message, MessageClass, MessageIntegrityCredentials, MessageType,
    MessageWriteVec, Method, TransactionId,
};
use turn_server_proto::types::stun::prelude::{Attribute, MessageWrite as _, MessageWriteExt as _};

/// What a request carries, made for its transaction.
type Attributes<'a> = &'a dyn Fn(TransactionId) -> Vec<Box<dyn AttributeWriteDyn>>;

/// An attribute of any kind.
pub(super) trait AttributeWriteDyn {
    fn add_to(&self, message: &mut MessageWriteVec);
}

impl<A: Attribute + turn_server_proto::types::stun::prelude::AttributeWrite> AttributeWriteDyn for A {
    fn add_to(&self, message: &mut MessageWriteVec) {
        message.add_attribute(self).unwrap();
    }
}

/// Knows a credential, and the challenge once it was told.
pub(super) struct Browser {
    user: String,
    password: String,
    challenge: Option<(String, String)>,
}

impl Browser {
    pub(super) fn new((user, password): (String, String)) -> Self {
        Self { user, password, challenge: None }
    }

    /// Takes the challenge out of a refusal.
    pub(super) fn learn(&mut self, refusal: &[u8]) {
        let message = Message::from_bytes(refusal).unwrap();
        let realm = message.attribute::<Realm>().unwrap().realm().to_owned();
        let nonce = message.attribute::<Nonce>().unwrap().nonce().to_owned();
        self.challenge = Some((realm, nonce));
    }

    pub(super) fn allocate(&self) -> Vec<u8> {
        self.request(ALLOCATE, &|_| vec![Box::new(RequestedTransport::new(RequestedTransport::UDP))])
    }

    pub(super) fn refresh(&self, seconds: u32) -> Vec<u8> {
        self.request(REFRESH, &|_| vec![Box::new(Lifetime::new(seconds))])
    }

    pub(super) fn permit(&self, peers: &[SocketAddr]) -> Vec<u8> {
        self.request(CREATE_PERMISSION, &|id| {
            peers.iter().map(|peer| Box::new(XorPeerAddress::new(*peer, id)) as Box<dyn AttributeWriteDyn>).collect()
        })
    }

    pub(super) fn bind(&self, channel: u16, peer: SocketAddr) -> Vec<u8> {
        self.request(CHANNEL_BIND, &|id| {
            vec![Box::new(ChannelNumber::new(channel)), Box::new(XorPeerAddress::new(peer, id))]
        })
    }

    /// In an indication, which is not signed.
    pub(super) fn send(&self, peer: SocketAddr, datagram: &[u8]) -> Vec<u8> {
        let (class, id) = (MessageClass::Indication, TransactionId::generate());
        let kind = MessageType::from_class_method(class, SEND);
        let mut message = Message::builder(kind, id, MessageWriteVec::new());
        message.add_attribute(&XorPeerAddress::new(peer, id)).unwrap();
        message.add_attribute(&Data::new(datagram)).unwrap();
        message.finish()
    }

    /// As a datagram of a channel.
    pub(super) fn channel(channel: u16, datagram: &[u8]) -> Vec<u8> {
        let length = u16::try_from(datagram.len()).unwrap();
        [&channel.to_be_bytes()[..], &length.to_be_bytes(), datagram].concat()
    }

    /// Signed, once the challenge is known.
    pub(super) fn request(&self, method: Method, attributes: Attributes<'_>) -> Vec<u8> {
        let id = TransactionId::generate();
        let kind = MessageType::from_class_method(MessageClass::Request, method);
        let mut message = Message::builder(kind, id, MessageWriteVec::new());
        for attribute in attributes(id) {
            attribute.add_to(&mut message);
        }
        if let Some((realm, nonce)) = &self.challenge {
            message.add_attribute(&Username::new(&self.user).unwrap()).unwrap();
            message.add_attribute(&Realm::new(realm).unwrap()).unwrap();
            message.add_attribute(&Nonce::new(nonce).unwrap()).unwrap();
            let credentials = LongTermCredentials::new(self.user.clone(), self.password.clone());
            let key = MessageIntegrityCredentials::from(credentials.to_key(realm.clone()));
            message.add_message_integrity(&key, IntegrityAlgorithm::Sha1).unwrap();
        }
        message.finish()
    }
}

/// The code of an error response; none of a success.
pub(super) fn error_of(response: &[u8]) -> Option<u16> {
    let message = Message::from_bytes(response).unwrap();
    match message.class() {
        MessageClass::Error => Some(message.attribute::<ErrorCode>().unwrap().code()),
        MessageClass::Success => None,
        MessageClass::Request | MessageClass::Indication => panic!("no response: {message}"),
    }
}

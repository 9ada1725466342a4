//! What `openmls` computes with: cipher suite 1 over aws-lc, and a memory.

use openmls::prelude::tls_codec::SecretVLBytes;
use openmls::prelude::{OpenMlsCrypto, OpenMlsProvider};
use openmls_memory_storage::MemoryStorage;
use openmls_traits::random::OpenMlsRand;
use openmls_traits::types::{
    AeadType, Ciphersuite, CryptoError, ExporterSecret, HashType, HpkeAeadType, HpkeCiphertext, HpkeConfig,
    HpkeKdfType, HpkeKemType, HpkeKeyPair, KemOutput, SignatureScheme,
};

use super::device::SUITE;
use super::hpke::{self, Context};
use crate::document::Fixed;
use crate::kdf;
use crate::key::{PublicKey, SigningKey};

/// Suite 1 and nothing else. Randomness is the system's: `openmls` asks for it in the middle of what it computes.
#[derive(Debug, Default)]
pub struct Crypto;

/// Computes, and remembers for as long as it lives. Public for the tests that play members who do not keep to the rules.
#[derive(Debug, Default)]
pub struct Provider {
    crypto: Crypto,
    storage: MemoryStorage,
}

impl OpenMlsProvider for Provider {
    type CryptoProvider = Crypto;
    type RandProvider = Crypto;
    type StorageProvider = MemoryStorage;

    fn storage(&self) -> &MemoryStorage {
        &self.storage
    }

    fn crypto(&self) -> &Crypto {
        &self.crypto
    }

    fn rand(&self) -> &Crypto {
        &self.crypto
    }
}

fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| CryptoError::InsufficientRandomness)?;
    Ok(bytes)
}

impl OpenMlsRand for Crypto {
    type Error = CryptoError;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], CryptoError> {
        random()
    }

    fn random_vec(&self, length: usize) -> Result<Vec<u8>, CryptoError> {
        let mut bytes = vec![0; length];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| CryptoError::InsufficientRandomness)?;
        Ok(bytes)
    }
}

fn only_sha256(hash: HashType) -> Result<(), CryptoError> {
    match hash {
        HashType::Sha2_256 => Ok(()),
        HashType::Sha2_384 | HashType::Sha2_512 => Err(CryptoError::UnsupportedHashAlgorithm),
    }
}

fn only_aes_128(aead: AeadType) -> Result<(), CryptoError> {
    match aead {
        AeadType::Aes128Gcm => Ok(()),
        AeadType::Aes256Gcm | AeadType::ChaCha20Poly1305 => Err(CryptoError::UnsupportedAeadAlgorithm),
    }
}

fn only_ed25519(scheme: SignatureScheme) -> Result<(), CryptoError> {
    if scheme == SignatureScheme::ED25519 { Ok(()) } else { Err(CryptoError::UnsupportedSignatureScheme) }
}

fn only_suite_1(config: &HpkeConfig) -> Result<(), CryptoError> {
    match (config.0, config.1, config.2) {
        (HpkeKemType::DhKem25519, HpkeKdfType::HkdfSha256, HpkeAeadType::AesGcm128) => Ok(()),
        _ => Err(CryptoError::UnsupportedCiphersuite),
    }
}

fn nonce_of(bytes: &[u8]) -> Result<[u8; 12], CryptoError> {
    bytes.try_into().map_err(|_| CryptoError::InvalidLength)
}

impl OpenMlsCrypto for Crypto {
    fn supports(&self, suite: Ciphersuite) -> Result<(), CryptoError> {
        if suite == SUITE { Ok(()) } else { Err(CryptoError::UnsupportedCiphersuite) }
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        vec![SUITE]
    }

    fn hkdf_extract(&self, hash: HashType, salt: &[u8], secret: &[u8]) -> Result<SecretVLBytes, CryptoError> {
        only_sha256(hash)?;
        Ok(kdf::extract_with(salt, &[secret]).as_slice().into())
    }

    fn hmac(&self, hash: HashType, key: &[u8], message: &[u8]) -> Result<SecretVLBytes, CryptoError> {
        only_sha256(hash)?;
        Ok(kdf::hmac(key, &[message]).as_slice().into())
    }

    fn hkdf_expand(
        &self,
        hash: HashType,
        key: &[u8],
        info: &[u8],
        length: usize,
    ) -> Result<SecretVLBytes, CryptoError> {
        only_sha256(hash)?;
        kdf::expand_to(key, &[info], length).map(SecretVLBytes::from).ok_or(CryptoError::HkdfOutputLengthInvalid)
    }

    fn hash(&self, hash: HashType, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        only_sha256(hash)?;
        Ok(kdf::sha256(&[data]).to_vec())
    }

    fn aead_encrypt(
        &self,
        aead: AeadType,
        key: &[u8],
        data: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        only_aes_128(aead)?;
        hpke::seal(key, nonce_of(nonce)?, aad, data).ok_or(CryptoError::CryptoLibraryError)
    }

    fn aead_decrypt(
        &self,
        aead: AeadType,
        key: &[u8],
        sealed: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        only_aes_128(aead)?;
        hpke::open(key, nonce_of(nonce)?, aad, sealed).ok_or(CryptoError::AeadDecryptionError)
    }

    fn signature_key_gen(&self, scheme: SignatureScheme) -> Result<(Vec<u8>, Vec<u8>), CryptoError> {
        only_ed25519(scheme)?;
        let key = SigningKey::from_seed(random()?).map_err(|_| CryptoError::CryptoLibraryError)?;
        Ok((key.seed().to_vec(), key.public().as_bytes().to_vec()))
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        data: &[u8],
        key: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        only_ed25519(scheme)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| CryptoError::InvalidPublicKey)?;
        let signature = <[u8; 64]>::try_from(signature).map_err(|_| CryptoError::InvalidSignature)?;
        let holds = PublicKey::from_bytes(key).verifies(data, &Fixed(signature));
        if holds { Ok(()) } else { Err(CryptoError::InvalidSignature) }
    }

    fn sign(&self, scheme: SignatureScheme, data: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError> {
        only_ed25519(scheme)?;
        let seed = <[u8; 32]>::try_from(key).map_err(|_| CryptoError::InvalidLength)?;
        let key = SigningKey::from_seed(seed).map_err(|_| CryptoError::SigningError)?;
        Ok(key.sign(data).0.to_vec())
    }

    fn hpke_seal(
        &self,
        config: HpkeConfig,
        public: &[u8],
        info: &[u8],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<HpkeCiphertext, CryptoError> {
        only_suite_1(&config)?;
        let failed = CryptoError::HpkeEncryptionError;
        let (encapsulated, context) = Context::to(public, info, &random::<32>()?).ok_or(failed)?;
        let ciphertext = context.seal(aad, plain).ok_or(failed)?;
        Ok(HpkeCiphertext { kem_output: encapsulated.into(), ciphertext: ciphertext.into() })
    }

    fn hpke_open(
        &self,
        config: HpkeConfig,
        input: &HpkeCiphertext,
        private: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        only_suite_1(&config)?;
        Context::from(input.kem_output.as_slice(), private, info)
            .and_then(|context| context.open(aad, input.ciphertext.as_slice()))
            .ok_or(CryptoError::HpkeDecryptionError)
    }

    fn hpke_setup_sender_and_export(
        &self,
        config: HpkeConfig,
        public: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        length: usize,
    ) -> Result<(KemOutput, ExporterSecret), CryptoError> {
        only_suite_1(&config)?;
        let (encapsulated, context) =
            Context::to(public, info, &random::<32>()?).ok_or(CryptoError::SenderSetupError)?;
        let secret = context.export(exporter_context, length).ok_or(CryptoError::ExporterError)?;
        Ok((encapsulated, secret.into()))
    }

    fn hpke_setup_receiver_and_export(
        &self,
        config: HpkeConfig,
        encapsulated: &[u8],
        private: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        length: usize,
    ) -> Result<ExporterSecret, CryptoError> {
        only_suite_1(&config)?;
        let context = Context::from(encapsulated, private, info).ok_or(CryptoError::ReceiverSetupError)?;
        context.export(exporter_context, length).map(Into::into).ok_or(CryptoError::ExporterError)
    }

    fn derive_hpke_keypair(&self, config: HpkeConfig, secret: &[u8]) -> Result<HpkeKeyPair, CryptoError> {
        only_suite_1(&config)?;
        let (private, public) = hpke::derive_key_pair(secret).ok_or(CryptoError::CryptoLibraryError)?;
        Ok(HpkeKeyPair { private: private.into(), public })
    }
}

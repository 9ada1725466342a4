//! Writes the TypeScript shapes of everything that travels into one file: `cargo x types`.

use std::fmt::Write as _;

use ts_rs::{Config, TS};
use wire::*;

fn main() {
    let path = std::env::args().nth(1).expect("usage: types FILE");
    // JSON has one kind of number, and none of these comes near to 2^53.
    let config = Config::default().with_large_int("number");
    let mut text = String::from("// Generated from core/wire by `cargo x types`; do not edit.\n");
    macro_rules! export {
        ($($name:ty),* $(,)?) => {$(
            let docs = <$name>::docs().unwrap_or_default();
            writeln!(text, "\n{docs}export {}", <$name>::decl(&config)).expect("writing to a String cannot fail");
        )*};
    }
    export!(
        SummitId,
        DelegationId,
        SeatId,
        AgendaItemId,
        RequestId,
        GroupId,
        Bytes,
        SourceId,
        Language,
        Localized,
        WallTime,
        Sequence,
        Pixels,
        Role,
        FlagLayout,
        Flag,
        Seat,
        Delegation,
        AgendaItem,
        SummitPlan,
        Signed,
        Envelope,
        PartySignature,
        SignedManifest,
        Party,
        Admission,
        Rules,
        Manifest,
        RegistrarCertificate,
        MemberCertificate,
        InvitationDocument,
        RevocationList,
        CertificateRequest,
        Denied,
        GroupView,
        Held,
        Newcomer,
        CaucusView,
        BoothId,
        Booth,
        InterpretationMode,
        SuspensionReason,
        BoothSignal,
        Handover,
        Suspension,
        OpenMicrophone,
        BoothView,
        InterpretationView,
        Devices,
        Presence,
        Phase,
        FloorView,
        Mid,
        SourceKind,
        Source,
        Track,
        Wanted,
        Relay,
        Slot,
        Delivery,
        Grade,
        Symptom,
        Quality,
        MeetingView,
        Event,
        Entry,
        Refusal,
        Outcome,
        Bye,
        Request,
        ClientMessage,
        ServerMessage,
        SessionRequest,
        Arrival,
        Problem,
    );
    writeln!(text, "\n/** The version of this protocol. */\nexport const PROTOCOL = {PROTOCOL};").expect("as above");
    std::fs::write(path, text).expect("the file can be written");
}

//! The server as strangers and guests meet it: real sockets on 127.0.0.1, a real database in a folder of its own.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod a_connection_obeys_the_rules_or_ends;
mod a_file_is_for_its_circle;
mod a_link_opens_its_own_seat_and_nothing_else;
mod a_party_acts_for_itself_only;
mod every_response_says_what_a_page_may_do;
mod https_is_there_from_the_first_start;
mod media_comes_in_by_a_relay;
mod media_comes_in_over_tcp;
mod member;
mod stopping_tells_everybody;
mod strangers_at_the_media_port_change_nothing;
mod support;
mod the_description_names_what_is_there;
mod turn_client;
mod wrong_settings_are_refused_with_a_cure;

import Testing

/// Real processes, a real engine, a real model, real clients. One after another: each of them wants the whole machine.
@Suite(.serialized, .timeLimit(.minutes(20))) enum EndToEndTests {}

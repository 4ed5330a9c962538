import Foundation
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// The conversation on a terminal, as a person has it: the real command in a pseudo terminal, and a server that answers what it hears.
    @Suite(.serialized) struct InteractiveChatTests {
        private func converse(
            _ steps: [TerminalStep], arguments: [String] = ["run", "a/b"], extra: [String: String] = [:],
            _ check: @escaping @Sendable (_ shown: String, _ code: Int32, _ server: ChatServer, _ home: FilePath) async throws -> Void
        ) async throws {
            try await withTemporaryDirectory { root in
                try await ChatServer.run { server, url in
                    let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                    let (code, shown) = try await site.onTerminal(arguments, server: url, extra: extra, steps)
                    try await check(shown, code, server, site.home)
                }
            }
        }

        private let prompt = TerminalStep.awaiting(">>> ")

        @Test func `what is typed and edited is asked, the conversation is remembered, and Ctrl-D ends it`() async throws {
            try await converse([
                prompt, .typing("helo\u{1B}[Dl\r"), .awaiting("<hello>"), prompt, .typing("漢字\u{7F}語\r"), .awaiting("<漢語>"), prompt,
                .typing("\u{1B}[A\u{1B}[A!\r"), .awaiting("<hello!>"), prompt, .typing("\u{4}"),
            ]) { shown, code, server, _ in
                #expect(code == 0, "\(shown)")
                let last = try #require(server.heard.last)
                #expect(last.messages.map(\.content) == ["hello", "<hello>", "漢語", "<漢語>", "hello!"])
                #expect(last.model == "a/b" && last.stream && last.maxTokens == 4096)
            }
        }

        @Test func `Ctrl-C stops the answer and not the chat, and in the line drops what was typed`() async throws {
            try await converse([
                prompt, .typing("slow\r"), .awaiting("Wait…"), .typing("\u{3}"), .awaiting("(stopped)"), prompt, .typing("dropped\u{3}"), prompt,
                .typing("again\r"), .awaiting("<again>"), prompt, .typing("\u{3}"), .awaiting("Ctrl-D or /bye"), prompt, .typing("/bye\r"),
            ]) { shown, code, server, _ in
                #expect(code == 0, "\(shown)")
                #expect(server.heard.map { $0.messages.last?.content } == ["slow", "again"])
                #expect(server.heard.last?.messages.map(\.content) == ["slow", "Wait…", "again"])
                _ = try await eventually("the server notices that the client left") { server.left == 1 ? true : nil }
            }
        }

        @Test func `instructions change the requests that follow`() async throws {
            try await converse([
                prompt, .typing("/set temperature 0.25\r/system Be brief.\r/set top_k 7\r/set think off\r/set stop END\r"), .awaiting("stop is END"),
                prompt,
                .typing("one\r"), .awaiting("<one>"), prompt, .typing("/set temperature hot\r"), .awaiting("must be a number from 0.0 to 2.0"),
                prompt,
                .typing("/clear\r/system\r"), .awaiting("no instructions"), .typing("two\r"), .awaiting("<two>"), prompt, .typing("/nonsense\r"),
                .awaiting("/? lists them"), .typing("/bye\r"),
            ]) { shown, code, server, _ in
                #expect(code == 0, "\(shown)")
                let first = try #require(server.heard.first)
                #expect(first.temperature == 0.25 && first.sampling.topK == 7 && first.stop == ["END"])
                #expect(first.thinking == ChatThinking(isEnabled: false))
                #expect(first.messages.map(\.content) == ["Be brief.", "one"] && first.messages[0].role == .system)
                #expect(server.heard.last?.messages.map(\.content) == ["two"])
            }
        }

        @Test func `a text between quotes has several lines, and pasted lines are one message`() async throws {
            try await converse([
                prompt, .typing("\"\"\"first\r"), .awaiting("... "), .typing("second\"\"\"\r"), .awaiting("<first"), prompt,
                .typing("\u{1B}[200~pasted\r\nlines\n\u{1B}[2J\u{1B}[201~\r"), .awaiting("<pasted"), prompt, .typing("\u{4}"),
            ]) { shown, code, server, _ in
                #expect(code == 0, "\(shown)")
                #expect(server.heard.map { $0.messages.last?.content } == ["first\nsecond", "pasted\nlines\n\u{1B}[2J"])
                // The escape sequence was pasted and answered, and never reached the terminal.
                #expect(!shown.contains("\u{1B}[2J") && shown.contains("␛[2J"), "\(shown.debugDescription)")
            }
        }

        @Test func `a paste of almost one megabyte is asked whole`() async throws {
            let piece = String(repeating: "0123456789abcde ", count: 64)
            try await converse([
                prompt, .typing("\u{1B}[200~"), .typing(piece, times: 600), .typing("\u{1B}[201~"), .typing("\r"), .awaiting("<0123"), prompt,
                .typing("\u{4}"),
            ]) { shown, code, server, _ in
                #expect(code == 0, "\(shown.suffix(500))")
                #expect(server.heard.last?.messages.last?.content.utf8.count == 600 * 1024 - 1)
            }
        }

        @Test func `history and stored conversations are kept for this user only`() async throws {
            try await withTemporaryDirectory { root in
                try await ChatServer.run { server, url in
                    let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Site.noEngine)
                    let first = try await site.onTerminal(
                        ["run", "a/b", "--seed", "5"], server: url,
                        [
                            prompt, .typing("one\r"), .awaiting("<one>"), prompt, .typing("/save plans\r"), .awaiting("continues it"), prompt,
                            .typing("\u{4}"),
                        ])
                    #expect(first.code == 0, "\(first.shown)")
                    for file in ["chat-history", "conversations/plans.json"] {
                        let mode = try FileManager.default.attributesOfItem(atPath: site.home.appending(file).string)[.posixPermissions] as? NSNumber
                        #expect(mode?.intValue == 0o600, "\(file)")
                    }
                    let second = try await site.onTerminal(
                        ["chat", "c/d"], server: url,
                        [
                            prompt, .typing("/load plans\r"), .awaiting("after 2 messages"), prompt, .typing("two\r"), .awaiting("<two>"), prompt,
                            .typing("\u{1B}[A\u{1B}[A\u{1B}[A\u{1B}[A\r"), .awaiting("<one>"), prompt, .typing("/load ../x\r"), .awaiting("roost:"),
                            prompt,
                            .typing("/save ../x\r"), .awaiting("has not"), prompt, .typing("\u{4}"),
                        ])
                    #expect(second.code == 0, "\(second.shown)")
                    let asked = server.heard.suffix(2)
                    #expect(
                        asked.first?.messages.map(\.content) == ["one", "<one>", "two"] && asked.first?.model == "a/b"
                            && asked.first?.sampling.seed == 5)
                    #expect(asked.last?.messages.last?.content == "one")
                }
            }
        }

        @Test func `Ctrl-C stops the load of another model, and a full context is told with what helps here`() async throws {
            try await converse([
                prompt, .typing("/load slow/model\r"), .awaiting("[J>>> /load slow/model"), .typing("\u{3}"),
                .awaiting("(stopped; a/b answers as before)"), prompt,
                .typing("too long\r"), .awaiting("`/set context N`"), .awaiting("`/clear`"), prompt, .typing("again\r"), .awaiting("<again>"), prompt,
                .typing("\u{1B}]\u{3}"), .awaiting("Ctrl-D or /bye"), prompt, .typing("/bye\r"),
            ]) { shown, code, server, _ in
                #expect(code == 0 && !shown.contains("ROOST_CONTEXT_LENGTH"), "\(shown)")
                #expect(server.heard.last?.messages.map(\.content) == ["again"] && server.heard.last?.model == "a/b")
            }
        }

        @Test func `a line longer than the terminal stays on one line, and a signal leaves the terminal as it was`() async throws {
            let long = String(repeating: "abcdefghi ", count: 12)
            try await converse([
                prompt, .columns(40), .typing(long), .awaiting("…"), .typing("\r"), .awaiting("<abc"), prompt, .signal(SIGTERM),
            ]) { shown, code, server, _ in
                #expect(code == 128 + SIGTERM && server.heard.last?.messages.last?.content == long.trimmingCharacters(in: .whitespaces), "\(shown)")
                #expect(shown.hasSuffix("\u{1B}[?2004l"), "\(shown.suffix(40).debugDescription)")
            }
        }

        @Test func `without colours wanted there are none, and on a terminal without escape sequences lines are read plainly`() async throws {
            try await converse(
                [
                    prompt, .typing("/load ../x\n"), .awaiting("roost:"), prompt, .typing("hi\n"), .awaiting("<hi>"), prompt, .typing("/bye\n"),
                ], extra: ["TERM": "dumb"]
            ) { shown, code, _, _ in
                #expect(code == 0 && !shown.contains("\u{1B}"), "\(shown.debugDescription)")
            }
        }
    }
}

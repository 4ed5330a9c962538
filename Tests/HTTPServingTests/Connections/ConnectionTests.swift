import Foundation
import NIOCore
import TestSupport
import Testing

@testable import HTTPServing

@Suite(.timeLimit(.minutes(10))) struct ConnectionTests {
    @Test func `a client that reads nothing of an answer is dropped`() async throws {
        let (drops, source) = AsyncStream<Void>.makeStream()
        var limits = HTTPLimits()
        limits.readerWindow = .milliseconds(300)
        try await GuardedServer.run(limits, onDrop: { source.finish() }) { port in
            try await RawConnection.open(to: port) { connection in
                try await connection.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
                for await _ in drops {}
            }
        }
    }

    @Test func `the server's end does not wait for a client that reads nothing`() async throws {
        let (drops, source) = AsyncStream<Void>.makeStream()
        var limits = HTTPLimits()
        limits.readerWindow = .hours(1)
        limits.readerWindowAtStop = .milliseconds(100)
        let client = try await GuardedServer.run(limits, onDrop: { source.finish() }) { port in
            let (begun, beginning) = AsyncStream<Void>.makeStream()
            let client = Task {
                try await RawConnection.open(to: port) { connection in
                    try await connection.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    _ = await connection.read(to: "xxx")
                    beginning.finish()
                    for await _ in drops {}
                }
            }
            for await _ in begun {}
            return client
        }
        // The server has ended by now.
        try await client.value
    }

    @Test func `a refused body is not taken, and the answer comes all the same`() async throws {
        try await GuardedServer.run { port in
            try await RawConnection.open(to: port) { connection in
                try await connection.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n")
                let head = await connection.read(to: "\r\n\r\n").lowercased()
                #expect(head.hasPrefix("http/1.1 403 forbidden\r\n"))
                #expect(head.contains("connection: close"))
                // What the systems of both sides hold is on top of what the server throws away.
                #expect(await connection.pour(atMost: 1 << 30) < 64 << 20)
            }
        }
    }

    @Test func `a body that does not come gets a 408, and the connection ends`() async throws {
        try await GuardedServer.run { port in
            try await RawConnection.open(to: port) { connection in
                try await connection.send("POST /hasty HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
                let answer = await connection.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
                #expect(answer.contains("did not arrive within 1 seconds"))
            }
        }
    }

    @Test func `a client that expects 100-continue gets it when its body is read, and not before`() async throws {
        try await GuardedServer.run { port in
            try await RawConnection.open(to: port) { connection in
                let head = "HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                try await connection.send("POST /echo \(head)Content-Length: 5\r\n\r\n")
                #expect(await connection.read(to: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                try await connection.send("words")
                let answer = await connection.read(to: "words")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                // Too long by its own account: refused before it is sent.
                try await connection.send("POST /echo \(head)Content-Length: 101\r\n\r\n")
                #expect(await connection.readToEnd().hasPrefix("HTTP/1.1 413 "))
            }
            try await RawConnection.open(to: port) { connection in
                try await connection.send("POST /refused HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
                #expect(await connection.readToEnd().hasPrefix("HTTP/1.1 403 "))
            }
        }
    }

    @Test func `HTTP 1 0 gets no chunks, and its connection ends`() async throws {
        try await GuardedServer.run { port in
            try await RawConnection.open(to: port) { connection in
                try await connection.send("GET /lines HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
                let answer = await connection.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\n"))
                #expect(answer.hasSuffix("\r\n\r\none\n"))
                #expect(!answer.lowercased().contains("transfer-encoding"))
                #expect(answer.lowercased().contains("connection: close"))
            }
        }
    }

    @Test func `requests that are sent together are all answered, in order, on one connection`() async throws {
        try await GuardedServer.run { port in
            try await RawConnection.open(to: port) { connection in
                let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n"
                try await connection.send("\(hello)\r\n\(hello)\r\n\(hello)Connection: close\r\n\r\n\(hello)\r\n")
                let answers = await connection.readToEnd()
                #expect(answers.split(separator: "HTTP/1.1 200 OK").count == 3)
                #expect(answers.components(separatedBy: "hello").count == 4)
            }
        }
    }

    @Test func `an address may have so many connections, and one more when one of them ends`() async throws {
        var limits = HTTPLimits()
        limits.connectionsPerAddress = 2
        let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
        try await GuardedServer.run(limits) { port in
            try await RawConnection.open(to: port) { first in
                try await first.send(hello)
                #expect(await first.read(to: "hello").hasPrefix("HTTP/1.1 200 OK"))
                try await RawConnection.open(to: port) { second in
                    try await second.send(hello)
                    #expect(await second.read(to: "hello").hasPrefix("HTTP/1.1 200 OK"))
                    try await RawConnection.open(to: port) { third in
                        let refusal = await third.readToEnd()
                        #expect(refusal.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
                        #expect(refusal.contains("Your address has 2 connections, the most") && refusal.contains("\"code\":\"rate_limited\""))
                    }
                }
                // The server hears of the second one's end in a moment.
                var answer = ""
                while !answer.hasPrefix("HTTP/1.1 200") {
                    answer = try await RawConnection.open(to: port) { third in
                        try? await third.send(hello)
                        return await third.read(to: "hello")
                    }
                    await Task.yield()
                }
            }
        }
    }

    @Test(arguments: ["", "GET /hello HTTP/1.1\r\nHost: loc", "POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-"])
    func `a connection that says nothing, or not enough, is closed`(beginning: String) async throws {
        var limits = HTTPLimits()
        limits.idle = .milliseconds(200)
        try await GuardedServer.run(limits) { port in
            try await RawConnection.open(to: port) { connection in
                // A slow machine may send it after the server has closed the connection.
                try? await connection.send(beginning)
                #expect(await connection.readToEnd().isEmpty)
            }
        }
    }
}

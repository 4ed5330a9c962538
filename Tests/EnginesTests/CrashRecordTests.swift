import NIOCore
import RoostCore
import Testing

@testable import Engines

@Suite("Which requests engines crashed over")
struct CrashRecordTests {
    private func request(_ text: String) -> RequestFingerprint { RequestFingerprint(path: "/p", body: ByteBuffer(string: text)) }

    private func isRefused(_ request: RequestFingerprint, by record: CrashRecord, at now: Duration) -> Bool {
        (try? record.check(request, at: now)) == nil
    }

    @Test("A request is refused after its second crash, for an hour, and no other request is")
    func refused() throws {
        var record = CrashRecord()
        record.crashed(1, during: [request("a")], at: .seconds(1))
        #expect(!isRefused(request("a"), by: record, at: .seconds(2)))
        record.crashed(1, during: [request("a")], at: .seconds(3))
        let error = #expect(throws: (any Error).self) { try record.check(request("a"), at: .seconds(4)) }
        #expect(error?.roostCode == .crashesEngine)
        #expect(!isRefused(request("b"), by: record, at: .seconds(4)))
        #expect(!isRefused(RequestFingerprint(path: "/q", body: ByteBuffer(string: "a")), by: record, at: .seconds(4)))
        #expect(!isRefused(request("a"), by: record, at: .seconds(3604)))
    }

    @Test("Requests that were at work together are not refused: each runs alone next time, which shows the one that crashes engines")
    func together() {
        var record = CrashRecord()
        for second in 1...2 { record.crashed(1, during: [request("a"), request("b")], at: .seconds(second)) }
        for name in ["a", "b"] {
            #expect(record.isSuspect(request(name), at: .seconds(3)) && !isRefused(request(name), by: record, at: .seconds(3)))
        }
        record.answered(request("b"))
        record.crashed(1, during: [request("a")], at: .seconds(4))
        #expect(isRefused(request("a"), by: record, at: .seconds(5)) && !record.isSuspect(request("b"), at: .seconds(5)))
    }

    @Test("Two crashes over different requests are not the fault of one that was there both times")
    func betweenOthers() {
        var record = CrashRecord()
        record.crashed(1, during: [request("a"), request("innocent")], at: .seconds(1))
        record.crashed(1, during: [request("b"), request("innocent")], at: .seconds(2))
        for name in ["a", "b", "innocent"] { #expect(!isRefused(request(name), by: record, at: .seconds(3))) }
        #expect(!record.isSuspect(request("a"), at: .seconds(3)))
    }

    @Test("The crashes of an engine that was given up count against no request")
    func givenUp() {
        var record = CrashRecord()
        for _ in 0..<2 { record.crashed(1, during: [request("a")], at: .seconds(1)) }
        for _ in 0..<2 { record.crashed(2, during: [request("b")], at: .seconds(1)) }
        record.gaveUp(1)
        #expect(!isRefused(request("a"), by: record, at: .seconds(2)) && isRefused(request("b"), by: record, at: .seconds(2)))
    }

    @Test("An answer shows that a request was only at work beside the one that caused a crash")
    func innocent() {
        var record = CrashRecord()
        record.crashed(1, during: [request("a"), request("b")], at: .seconds(1))
        record.answered(request("b"))
        record.crashed(1, during: [request("a"), request("b")], at: .seconds(2))
        #expect(record.isSuspect(request("a"), at: .seconds(3)) && !record.isSuspect(request("b"), at: .seconds(3)))
    }

    @Test("Suspects are the requests at work, and those given up a moment ago; not the answered ones")
    func suspects() {
        var requests = RequestsAtWork()
        for (lease, name) in ["runs", "answered", "left", "left long ago"].enumerated() { requests.began(request(name), lease: lease) }
        #expect(!requests.hasAnswered)
        #expect(requests.completed(lease: 1) == request("answered"))
        #expect(requests.hasAnswered && requests.completed(lease: 1) == nil)
        requests.gaveUp(lease: 3, at: .seconds(1), isUnchecked: false)
        requests.gaveUp(lease: 2, at: .seconds(20), isUnchecked: false)
        #expect(requests.suspects(at: .seconds(25)) == [request("runs"), request("left")])
        #expect(requests.suspects(at: .seconds(31)) == [request("runs")])
    }

    @Test("A request whose connection broke is a suspect until the engine has passed a check, however late its end is noticed")
    func unchecked() {
        var requests = RequestsAtWork()
        for (lease, name) in ["broke", "left"].enumerated() { requests.began(request(name), lease: lease) }
        requests.gaveUp(lease: 0, at: .seconds(1), isUnchecked: true)
        requests.gaveUp(lease: 1, at: .seconds(1), isUnchecked: false)
        #expect(requests.suspects(at: .seconds(60)) == [request("broke")])
        requests.passedCheck()
        #expect(requests.suspects(at: .seconds(11)) == [request("broke"), request("left")])
        #expect(requests.suspects(at: .seconds(60)) == [])
    }

    @Test("A request that was refused or looked up does not show that the model is sound, and is no suspect")
    func ended() {
        var requests = RequestsAtWork()
        for lease in 1...2 { requests.began(request("\(lease)"), lease: lease) }
        requests.ended(lease: 1)
        #expect(!requests.hasAnswered && requests.suspects(at: .zero) == [request("2")])
        #expect(requests.completed(lease: 2) == request("2") && requests.hasAnswered)
    }

    @Test("A request whose client left is the suspect of an engine that has ended no step since, however long ago that was")
    func leftBeforeHang() {
        var requests = RequestsAtWork()
        for (lease, name) in ["done", "hangs", "new"].enumerated() { requests.began(request(name), lease: lease) }
        #expect(!requests.mayHang)
        requests.gaveUp(lease: 0, at: .seconds(100), isUnchecked: false)
        #expect(requests.mayHang)
        requests.endedStep(at: .seconds(150))
        #expect(!requests.mayHang)
        requests.gaveUp(lease: 1, at: .seconds(160), isUnchecked: false)
        #expect(requests.mayHang)
        #expect(requests.suspects(at: .seconds(800), isStuck: true) == [request("hangs"), request("new")])
        #expect(requests.suspects(at: .seconds(800)) == [request("new")])
    }

    @Test("However many requests crash engines, what is remembered stays bounded, and the newest stay")
    func bounded() {
        var record = CrashRecord()
        for index in 0..<3000 {
            for _ in 0..<2 { record.crashed(1, during: [request("\(index)")], at: .milliseconds(index)) }
        }
        #expect(isRefused(request("2999"), by: record, at: .seconds(4)) && !isRefused(request("0"), by: record, at: .seconds(4)))
    }
}

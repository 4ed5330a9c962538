import JobStore
import RoostCore
import Testing

@Suite struct JobEventFeedTests {
    private func event(_ number: Int64) -> JobEvent {
        JobEvent(id: number, jobID: "one", time: JobStates.now, kind: .note, status: .running, stage: nil, message: nil)
    }

    @Test func `each watcher gets every event since it began, and its stream ends with the feed`() async {
        let feed = JobEventFeed()
        let first = feed.watch()
        feed.publish([event(1)])
        let second = feed.watch()
        feed.publish([event(2), event(3)])
        feed.finish()
        #expect(await first.reduce(into: []) { $0.append($1.id) } == [1, 2, 3])
        #expect(await second.reduce(into: []) { $0.append($1.id) } == [2, 3])
        #expect(await feed.watch().reduce(into: []) { $0.append($1.id) } == [])
    }

    @Test func `a watcher that reads too slowly is disconnected, and the others are not`() async {
        let feed = JobEventFeed()
        let slow = feed.watch()
        for number in 1...1024 { feed.publish([event(Int64(number))]) }
        let quick = feed.watch()
        feed.publish([event(1025)])
        feed.publish([event(1026)])
        feed.finish()
        #expect(await slow.reduce(into: 0) { count, _ in count += 1 } == 1024)
        #expect(await quick.reduce(into: []) { $0.append($1.id) } == [1025, 1026])
    }
}

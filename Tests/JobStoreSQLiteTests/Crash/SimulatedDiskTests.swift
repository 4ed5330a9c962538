import Foundation
import SystemPackage
import TestSupport
import Testing

extension CrashLab {
    /// The lab itself must tell the truth.
    @Suite struct SimulatedDiskTests {
        private var generator = SeededGenerator(seed: 7)

        private static let old = Data(repeating: 1, count: 2048)
        private static let new = Data(repeating: 2, count: 1024)

        private func disk(_ records: [PowerLog.Record], content: [String: Data] = ["file": old]) -> SimulatedDisk {
            var disk = SimulatedDisk(content)
            disk.apply(.open(descriptor: 3, path: "file", isFolder: false))
            disk.apply(.open(descriptor: 4, path: "", isFolder: true))
            for record in records { disk.apply(record) }
            return disk
        }

        /// All the things that a hundred power cuts leave of a file.
        private mutating func outcomes(_ disk: SimulatedDisk, _ path: String = "file") -> Set<Data?> {
            Set((0..<100).map { _ in disk.afterPowerCut(using: &generator)[path] })
        }

        @Test mutating func `what was synced is always there`() {
            let disk = disk([.write(descriptor: 3, offset: 512, bytes: Self.new), .sync(descriptor: 3)])
            var content = Self.old
            content.replaceSubrange(512..<1536, with: Self.new)
            #expect(outcomes(disk) == [content])
            #expect(disk.seen == ["file": content])
        }

        @Test mutating func `what was not synced is there, or not, or torn between sectors`() {
            let outcomes = outcomes(disk([.write(descriptor: 3, offset: 512, bytes: Self.new)]))
            let sectors = Set(outcomes.compactMap { $0 }.map { [$0[512], $0[1023], $0[1024], $0[1535]] })
            #expect(sectors == [[1, 1, 1, 1], [2, 2, 2, 2], [2, 2, 1, 1], [1, 1, 2, 2]])
            #expect(outcomes.allSatisfy { $0?.count == 2048 && $0?[511] == 1 && $0?[1536] == 1 })
        }

        @Test mutating func `of two writes to a place the older may stay`() {
            let outcomes = outcomes(
                disk([.write(descriptor: 3, offset: 0, bytes: Data([5])), .write(descriptor: 3, offset: 0, bytes: Data([6]))]))
            #expect(Set(outcomes.map { $0?.first }) == [1, 5, 6])
        }

        @Test mutating func `a file that grew may have kept its old size, and a hole is zeros`() {
            let outcomes = outcomes(disk([.write(descriptor: 3, offset: 3072, bytes: Data([9]))]))
            #expect(Set(outcomes.map { $0?.count }) == [2048, 3073])
            #expect(outcomes.allSatisfy { $0.map { $0.count == 2048 || $0[2048..<3072].allSatisfy { $0 == 0 } } ?? false })
        }

        @Test mutating func `a truncation may be lost until it is synced`() {
            #expect(Set(outcomes(disk([.truncate(descriptor: 3, length: 10)])).map { $0?.count }) == [10, 2048])
            #expect(Set(outcomes(disk([.truncate(descriptor: 3, length: 10), .sync(descriptor: 3)])).map { $0?.count }) == [10])
        }

        @Test mutating func `after a failed fsync the bytes may be gone, and a later one that succeeds does not bring them back`() {
            var counts: Set<Int?> = []
            for seed in 1...50 as ClosedRange<UInt64> {
                var disk = SimulatedDisk(["file": Data()], seed: seed)
                for record in [
                    PowerLog.Record.open(descriptor: 3, path: "file", isFolder: false), .write(descriptor: 3, offset: 0, bytes: Data([1])),
                    .failedSync(descriptor: 3), .sync(descriptor: 3),
                ] { disk.apply(record) }
                #expect(disk.seen == ["file": Data([1])])
                counts.formUnion(outcomes(disk).map { $0?.count })
            }
            #expect(counts == [0, 1])
        }

        @Test mutating func `a new file has its name for sure once it or its folder was synced`() {
            let made = PowerLog.Record.open(descriptor: 5, path: "new", isFolder: false)
            #expect(outcomes(disk([made]), "new") == [nil, Data()])
            #expect(outcomes(disk([made, .sync(descriptor: 5)]), "new") == [Data()])
            #expect(outcomes(disk([made, .sync(descriptor: 4)]), "new") == [Data()])
        }

        @Test mutating func `a rename may be lost until the folder is synced, and brings no bytes with it`() {
            let records: [PowerLog.Record] = [.truncate(descriptor: 3, length: 0), .rename(from: "file", to: "final")]
            #expect(outcomes(disk(records), "final") == [nil, Data(), Self.old])
            #expect(outcomes(disk(records + [.sync(descriptor: 4)]), "final") == [Data(), Self.old])
            #expect(outcomes(disk([records[0], .sync(descriptor: 3), records[1], .sync(descriptor: 4)]), "final") == [Data()])
        }

        @Test mutating func `a removed file may come back until the folder is synced`() {
            #expect(outcomes(disk([.unlink(path: "file")])) == [nil, Self.old])
            #expect(outcomes(disk([.unlink(path: "file"), .sync(descriptor: 4)])) == [nil])
            let linked: [PowerLog.Record] = [.link(from: "file", to: "second"), .unlink(path: "file"), .sync(descriptor: 4)]
            #expect(outcomes(disk(linked), "second") == [Self.old])
        }

        @Test func `a log that a kill has cut off is read up to its last whole record`() async throws {
            let site = try TortureSite()
            let disk = FaultDisk(folder: site.disk, log: site.powerLog)
            #expect(try await site.run(["--scenario", "open"], on: disk) == .exited(0))
            let bytes = try Data(contentsOf: URL(fileURLWithPath: site.powerLog.string))
            let all = try PowerLog(bytes).records
            #expect(all.count > 10)
            #expect(try PowerLog(bytes.dropLast(1)).records == all.dropLast(1))
            #expect(throws: PowerLog.Malformed.self) { try PowerLog(bytes.dropFirst(3)) }
        }

        @Test(arguments: [nil, FaultDisk.Fault(kind: .write, number: 60, effect: .ioError), .init(kind: .write, number: 90, effect: .kill)])
        func `the log tells every byte that a process wrote`(_ fault: FaultDisk.Fault?) async throws {
            let site = try TortureSite()
            let disk = FaultDisk(folder: site.disk, log: site.powerLog, fault: fault)
            _ = try await site.run(["--operations", "50"], on: disk)
            var simulated = SimulatedDisk()
            var words = ""
            for record in try PowerLog(try Data(contentsOf: URL(fileURLWithPath: site.powerLog.string))).records {
                simulated.apply(record)
                if case .said(let text) = record { words += text }
            }
            let (seen, content) = (simulated.seen, try site.content())
            #expect(seen.keys.sorted() == content.keys.sorted())
            for (path, bytes) in content { #expect(seen[path] == bytes, "\(path)") }
            #expect(Announcement.all(in: words) == (try site.said()))
        }
    }
}
